/** The last life-cycle events, numbered: what the feed shows, and what a subscriber that was away resumes from. */
import type { ServerEvent } from '@pollux/core/server';

export interface EventRing {
  /** Number of the newest event; 0 before any. */
  readonly head: number;
  /** Number of the oldest event still held; `head + 1` when none is. */
  readonly tail: number;
  readonly size: number;
  push(event: ServerEvent): void;
  at(seq: number): ServerEvent | undefined;
}

export function createEventRing(capacity: number): EventRing {
  const events: (ServerEvent | undefined)[] = new Array(capacity);
  let head = 0;
  return {
    get head() {
      return head;
    },
    get tail() {
      return Math.max(1, head - capacity + 1);
    },
    get size() {
      return Math.min(head, capacity);
    },
    push(event) {
      head += 1;
      events[head % capacity] = event;
    },
    at: (seq) => (seq > head || seq <= head - capacity || seq < 1 ? undefined : events[seq % capacity]),
  };
}
