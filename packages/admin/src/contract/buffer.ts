import type { Address } from '@pollux/core';

export interface AddressRow {
  readonly address: Address;
  readonly applications: number;
  readonly messages: number;
  readonly bytes: number;
  readonly oldestAcceptedMs?: number | undefined;
}

export interface AddressesInput {
  readonly filter?: string | undefined;
  readonly offset?: number | undefined;
  /** At most 500. @default 100 */
  readonly limit?: number | undefined;
  readonly includeEmpty?: boolean | undefined;
}

export interface AddressesPage {
  readonly rows: readonly AddressRow[];
  readonly total: number;
  readonly nowMs: number;
  readonly totals: {
    readonly addresses: number;
    readonly queues: number;
    readonly messages: number;
    readonly bytes: number;
    readonly parked: number;
  };
}

export interface QueueRow {
  readonly application: string;
  readonly epoch: string;
  readonly messages: number;
  readonly bytes: number;
  readonly parked: number;
  readonly last: number;
  readonly oldestAcceptedMs?: number | undefined;
  readonly nextExpiryMs?: number | undefined;
  readonly sessions: readonly { readonly session: string; readonly handled: number }[];
  readonly losses: readonly {
    readonly reason: string;
    readonly from: number;
    readonly to: number;
    readonly count?: number | undefined;
  }[];
  /** The bounds that apply to the queue. */
  readonly bound: { readonly messages: number; readonly bytes: number };
}

export interface PeekInput {
  readonly address: Address;
  readonly application: string;
  readonly parked?: boolean | undefined;
  /** The position to go on after. @default 0 */
  readonly after?: number | undefined;
  /** At most 200. @default 50 */
  readonly limit?: number | undefined;
}

/** A queued message without its payload. */
export interface QueuedRow {
  readonly id: string;
  readonly position: number;
  readonly kind: string;
  readonly type: string;
  readonly size: number;
  readonly acceptedMs: number;
  readonly expiresMs: number;
  readonly urgency: string;
  readonly topic?: string | undefined;
}

export interface PeekPage {
  readonly rows: readonly QueuedRow[];
  readonly more: boolean;
  readonly nowMs: number;
}
