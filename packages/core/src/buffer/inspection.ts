/** The part of the message buffer port that looks without touching. */
import type { Address } from '../protocol/types.ts';
import type { BufferedMessage, Loss, MaybePromise, QueueName } from './message-buffer.ts';
import type { StoredQueue } from './stored-queue.ts';

export interface QueueSummary extends QueueName {
  readonly epoch: string;
  readonly messages: number;
  readonly bytes: number;
  readonly parked: number;
  readonly last: number;
  readonly oldestAcceptedMs: number | undefined;
  readonly nextExpiryMs: number | undefined;
  /** Places kept: how far each session has handled. */
  readonly sessions: readonly { readonly session: string; readonly handled: number }[];
  readonly losses: readonly Loss[];
}

export interface AddressSummary {
  readonly address: Address;
  readonly applications: number;
  readonly messages: number;
  readonly bytes: number;
  readonly oldestAcceptedMs: number | undefined;
}

/** Looking without touching: nothing here acknowledges, expires or reorders. */
export interface BufferInspection {
  totals(): MaybePromise<{
    readonly addresses: number;
    readonly queues: number;
    readonly messages: number;
    readonly bytes: number;
    readonly parked: number;
  }>;
  /** Addresses that hold messages (or all), most messages first; `after` counts rows already seen. */
  addresses(options: {
    readonly filter?: string;
    readonly after?: number;
    readonly limit: number;
    readonly includeEmpty?: boolean;
  }): MaybePromise<{ readonly rows: readonly AddressSummary[]; readonly total: number }>;
  queues(address: Address): MaybePromise<readonly QueueSummary[]>;
  peek(
    queue: QueueName,
    options: { readonly after?: number; readonly limit: number; readonly parked?: boolean },
  ): MaybePromise<readonly BufferedMessage[]>;
  /** Every queue with everything in it; what changes meanwhile may or may not be in it. */
  everything(): AsyncIterable<StoredQueue>;
}
