/**
 * What a queue is, written down as plainly as possible and for no other purpose: every message ever accepted stays in
 * one list with how it ended, and everything else is computed from that list each time.
 */
import type { AppendEntry, Removal } from '../../src/buffer/message-buffer.ts';

export type Ending = Removal['reason'];

export interface ReferenceMessage {
  readonly position: number;
  readonly entry: AppendEntry;
  readonly expiresMs: number;
  /** How it left the queue; `undefined` while it is held. */
  ending: Ending | undefined;
  /** How it ended in the end: a parked one can still be purged. */
  finally: Ending | undefined;
  /** Parked and still kept for operators. */
  isParked: boolean;
}

export interface ReferencePlace {
  handled: number;
  untilMs: number;
}

export interface ReferenceKey {
  readonly fingerprint: string;
  readonly position: number;
  readonly untilMs: number;
}

export interface ReferenceQueue {
  readonly key: string;
  readonly isOwn: boolean;
  epoch: string | undefined;
  messages: ReferenceMessage[];
  places: Map<string, ReferencePlace>;
  keys: Map<string, ReferenceKey>;
  /** The furthest that any session ever acknowledged. */
  handledTo: number;
  lastUsedMs: number;
}

export function newReferenceQueue(key: string, isOwn: boolean, nowMs: number): ReferenceQueue {
  return { key, isOwn, epoch: undefined, messages: [], places: new Map(), keys: new Map(), handledTo: 0, lastUsedMs: nowMs };
}

export const held = (queue: ReferenceQueue): ReferenceMessage[] => queue.messages.filter(({ ending }) => ending === undefined);

export const bytesOf = (messages: readonly ReferenceMessage[]): number =>
  messages.reduce((sum, { entry }) => sum + entry.size, 0);

export const last = (queue: ReferenceQueue): number => queue.messages.length;

/** The place before the oldest message held: where a reader without a cursor begins. */
export function beginning(queue: ReferenceQueue): number {
  const first = held(queue)[0];
  return first === undefined ? last(queue) : first.position - 1;
}

/** The place before the newest `n` messages held. */
export function beforeNewest(queue: ReferenceQueue, n: number): number {
  const newest = n > 0 ? held(queue).slice(-n)[0] : undefined;
  return newest === undefined ? last(queue) : newest.position - 1;
}

/** Losses that concern a reader between two places, counted by reason. Holes of collapse and withdrawal are none. */
export function lossesBetween(queue: ReferenceQueue, after: number, upTo: number): Map<Ending, number> {
  const losses = new Map<Ending, number>();
  for (const { position, ending } of queue.messages) {
    if (position <= after || position > upTo || ending === undefined || ending === 'collapsed' || ending === 'withdrawn')
      continue;
    losses.set(ending, (losses.get(ending) ?? 0) + 1);
  }
  return losses;
}

/** Whether somebody may have been told of a hole there: then the number of messages freed by others need not be known. */
export function hasHoles(queue: ReferenceQueue): boolean {
  return queue.messages.some(({ ending }) => ending === 'collapsed' || ending === 'withdrawn');
}

/** Takes out what has expired. */
export function expire(queue: ReferenceQueue, nowMs: number, end: (message: ReferenceMessage, ending: Ending) => void): void {
  for (const message of queue.messages) if (message.ending === undefined && message.expiresMs <= nowMs) end(message, 'expired');
  for (const message of queue.messages) {
    if (!message.isParked || message.expiresMs > nowMs) continue;
    message.isParked = false;
    end(message, 'expired');
  }
}

/** How many losses a store has had to tell apart; past a number of them it may merge what it remembers. */
export function countLosses(queue: ReferenceQueue): number {
  return queue.messages.filter(({ ending }) => ending !== undefined && ending !== 'collapsed' && ending !== 'withdrawn').length;
}
