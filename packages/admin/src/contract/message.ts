import type { Address } from '@pollux/core';
import type { DeliveryStatus } from '@pollux/core/server';

export interface MessageInput {
  readonly id: string;
  /** Spares the search through all applications. */
  readonly application?: string | undefined;
}

/** A message as the buffer holds it. */
export type MessageView =
  | {
      readonly held: true;
      readonly id: string;
      readonly application: string;
      readonly address: Address;
      readonly kind: string;
      readonly type: string;
      readonly size: number;
      readonly acceptedMs: number;
      readonly expiresMs: number;
      readonly urgency: string;
      readonly topic?: string | undefined;
      /** The payload or instruction as JSON text, at most 64 KiB of it. */
      readonly payload: string;
      /** Characters left out of `payload`. */
      readonly cut: number;
    }
  | { readonly held: false; readonly id: string; readonly why: string };

/** One thing that happened to a message. */
export type JourneyStep =
  | {
      readonly kind: 'delivered';
      readonly atMs: number;
      readonly session: string;
      readonly recipient: string;
      readonly poll: number;
      readonly transport: string;
    }
  | { readonly kind: 'acknowledged'; readonly atMs: number; readonly session: string; readonly recipient: string }
  | {
      readonly kind: 'failed';
      readonly atMs: number;
      readonly session: string;
      readonly recipient: string;
      readonly reason: string;
    }
  | { readonly kind: 'removed'; readonly atMs: number; readonly reason: string };

/** The life of one message. */
export interface JourneyView {
  readonly id: string;
  readonly nowMs: number;
  readonly application?: string | undefined;
  /** What was recorded; undefined when the message is older than the journal. */
  readonly recorded?: {
    readonly address: Address;
    readonly type: string;
    readonly message: string;
    readonly bytes: number;
    readonly urgency: string;
    readonly topic?: string | undefined;
    readonly ttlSeconds: number;
    readonly acceptedMs: number;
    /** Held polls that it woke. */
    readonly waiting: number;
    readonly deliveries: number;
    readonly acknowledgements: number;
    /** In order of time; of many, the first and the last ones. */
    readonly steps: readonly JourneyStep[];
    readonly omitted: number;
  };
  /** What the communication server says of it now, with the reason why it is where it is. */
  readonly status?: DeliveryStatus | undefined;
}
