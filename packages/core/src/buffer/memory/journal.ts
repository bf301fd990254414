/** How a table tells what changed in it, for a buffer that writes it down. */
import type { BufferedMessage } from '../message-buffer.ts';
import type { KnownKey, ParkedMessage, Queue } from './queue.ts';

/**
 * Called at each change, in order, within the operation that makes it. Until what was `stored` is durable, the queue's
 * `settled` stays behind, and readers are shown nothing beyond it.
 */
export interface TableJournal {
  /** A message was appended; `settled` is the journal's to move on. */
  stored(queue: Queue, message: BufferedMessage): void;
  /** Messages left a queue, for whatever reason; those that were parked are told by `parked` as well. */
  left(queue: Queue, messages: readonly BufferedMessage[]): void;
  /** An idempotency key is remembered; another of the same name was told by `unkeyed` before. */
  keyed(queue: Queue, key: string): void;
  /** A remembered key is no longer wanted: its time is over. */
  unkeyed(queue: Queue, known: KnownKey): void;
  parked(queue: Queue, held: ParkedMessage): void;
  unparked(queue: Queue, message: BufferedMessage): void;
  /** Something of the queue's own record changed that no other call tells: its places, its losses, how far it was freed. */
  changed(queue: Queue): void;
  /** The queue is gone with everything that was in it. */
  removed(queue: Queue): void;
}
