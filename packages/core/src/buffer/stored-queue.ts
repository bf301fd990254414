/** A queue as it is moved from one message buffer to another. */
import type { BufferedMessage, Loss, QueueName, Removal } from './message-buffer.ts';

/** Everything in one queue, to be moved to another buffer: what `export` writes and `import` reads. */
export interface StoredQueue extends QueueName {
  readonly epoch: string;
  readonly last: number;
  readonly freedTo: number;
  readonly handledTo: number;
  readonly sentTo: number;
  readonly hasHoles: boolean;
  readonly losses: readonly Loss[];
  readonly messages: readonly BufferedMessage[];
  readonly parked: readonly { readonly message: BufferedMessage; readonly reason: string }[];
  readonly keys: readonly StoredKey[];
  /** How far each session has handled; a buffer that keeps its places elsewhere MAY leave them out. */
  readonly places?: readonly { readonly session: string; readonly handled: number; readonly untilMs: number }[];
  /** How the last few messages ended that left neither loss nor acknowledgement behind. */
  readonly endings?: readonly (readonly [position: number, reason: Removal['reason']])[];
}

/** An idempotency key that is remembered. */
export interface StoredKey {
  readonly key: string;
  readonly id: string;
  readonly fingerprint: string;
  readonly untilMs: number;
}
