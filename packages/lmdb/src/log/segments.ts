/**
 * Which segments of the log are in the file, and how much of each is still wanted. A segment is what one commit wrote of
 * many queues; it is never changed. One of which nothing is wanted any more is taken away; of one of which little is, the
 * rest is written anew with a later commit, so that the file stays below twice what waits in it.
 */
import type { BufferedMessage, KnownKey, Queue } from '@pollux/core/server';
import { type RecordKey, segmentKey } from '../record.ts';

/** Messages of one queue that one segment holds: all of the queue's from one position to another. */
export interface Part {
  readonly segment: Segment;
  readonly queue: Queue;
  readonly from: number;
  to: number;
  /** How many of them are still there. */
  messages: number;
  /** Names of the queue's idempotency keys that the segment holds. */
  readonly keys: readonly string[] | undefined;
}

export interface Segment {
  readonly key: RecordKey;
  readonly parts: Part[];
  /** About how many characters were written, and how many of them are wanted. */
  total: number;
  live: number;
  /** It is on the list of those of which little is wanted. */
  isSparse: boolean;
}

/** About what a queue's head, and an idempotency key, take in a segment. */
export const headWeight = 160;
export const keyWeight = 120;

/** About what a message takes in a segment. */
export function weightOf({ members }: BufferedMessage): number {
  return members.length + 64;
}

export interface Segments {
  /** How many there are, with those that are being written. */
  readonly count: number;
  /** The number of the last. */
  readonly last: number;
  /** Some are sparse. */
  readonly areSparse: boolean;
  /** Begins a new one. */
  begin(): Segment;
  /** Knows of one that was found in the file. */
  found(number: number): Segment;
  /** Has the next ones numbered after this. */
  startAfter(number: number): void;
  /** Something was written to it that is wanted. */
  hold(segment: Segment, weight: number): void;
  /** Something that it holds is no longer wanted. */
  release(segment: Segment, weight: number): void;
  /** Takes a key from the segment that holds it, if any does. */
  releaseKey(known: KnownKey): void;
  /** Has those of which little is wanted looked over, once all that was found is told. */
  review(): void;
  /** Sparse ones, together up to about a weight, and at least one where there is any. */
  takeSparse(mostWeight: number): Segment[];
  /** What changed until now is about to be written: those of which nothing is wanted by now may go once it is. */
  beginCommit(): void;
  /**
   * Those of which nothing is wanted, to be taken away: all of them where no change is left to be written but by this
   * transaction, those of the commit's beginning where none is left of it. A queue's head may name what they hold until then.
   */
  takeDead(which: Dead): Segment[];
}

export type Dead = 'all' | 'former' | 'none';

export function createSegments(): Segments {
  const all = new Set<Segment>();
  let last = 0;
  const sparse: Segment[] = [];
  const dead: Segment[] = [];
  /** How many of these were so when the commit began. */
  let former = 0;

  function make(number: number): Segment {
    const segment: Segment = { key: segmentKey(number), parts: [], total: 0, live: 0, isSparse: false };
    last = Math.max(last, number);
    all.add(segment);
    return segment;
  }

  function judge(segment: Segment): void {
    if (segment.live === 0) dead.push(segment);
    else if (!segment.isSparse && segment.live * 2 < segment.total) {
      segment.isSparse = true;
      sparse.push(segment);
    }
  }

  function release(segment: Segment, weight: number): void {
    segment.live -= weight;
    judge(segment);
  }

  return {
    get count() {
      return all.size;
    },
    get last() {
      return last;
    },
    get areSparse() {
      return sparse.length > 0;
    },
    begin: () => make(last + 1),
    found: make,
    startAfter(number) {
      last = Math.max(last, number);
    },
    hold(segment, weight) {
      segment.total += weight;
      segment.live += weight;
    },
    release,
    releaseKey(known) {
      if (known.record === undefined) return;
      release(known.record as Segment, keyWeight);
      known.record = undefined;
    },
    review() {
      for (const segment of all) judge(segment);
    },
    takeSparse(mostWeight) {
      const taken: Segment[] = [];
      let weight = 0;
      while (sparse.length > 0 && weight < mostWeight) {
        const segment = sparse.pop();
        if (segment === undefined || segment.live === 0) continue;
        taken.push(segment);
        weight += segment.live;
      }
      return taken;
    },
    beginCommit() {
      former = dead.length;
    },
    takeDead(which) {
      if (which === 'none') return [];
      const taken = dead.splice(0, which === 'all' ? dead.length : former);
      former = 0;
      for (const segment of taken) all.delete(segment);
      return taken;
    },
  };
}
