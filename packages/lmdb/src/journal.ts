/**
 * The journal: what changed in the table and is not yet on the disk. Commits go in groups by themselves: one begins at
 * the end of the turn, and whatever comes while it is written goes with the next. What nobody waits for (what was
 * acknowledged, has expired, is held) begins none at once: it goes with the next that somebody waits for, or a little later.
 */
import { CommunicationError, problem } from '@pollux/core';
import type { Queue, TableJournal } from '@pollux/core/server';
import { type CommitGroup, newCommitGroup } from './commit-group.ts';
import { gather } from './log/gather.ts';
import { logOf, noteParked, releaseMessage } from './log/queue-log.ts';
import { headWeight, type Segments } from './log/segments.ts';
import { type RecordKey, recordKey, seal } from './record.ts';
import type { Change, Store } from './store.ts';

/** The most queues in one transaction; those beyond go with another, after a turn of the event loop. */
const mostQueues = 1024;

/**
 * Milliseconds for which what nobody waits for may wait for company. A crash meanwhile has it happen again: a client's cursor
 * acknowledges until it is heard, and what expired is still expired.
 */
const lazyMs = 100;

/** Milliseconds after which a commit that failed is tried again. */
const againMs = 1000;

export interface Journal extends TableJournal {
  /** Resolves when all that changed so far is on the disk; rejects with `buffer-unavailable` where it could not be written. */
  settled(): Promise<void>;
  /**
   * Has a queue written that nothing else tells of: one that was only looked at so far. Resolves when its first record is on
   * the disk; undefined where it is.
   */
  begin(queue: Queue): Promise<void> | undefined;
  /** Why the last commit failed, while it is being tried again. */
  readonly failure: string | undefined;
  /** Changes that are not yet on the disk. */
  readonly pending: number;
  /** Has everything written that can be, unless it is given up; then nothing more. */
  close(isGivenUp?: boolean): Promise<void>;
  /** Writes a record that is not of the log, or takes one away. */
  write(key: RecordKey, text: string | undefined): void;
}

export interface JournalOptions {
  readonly store: Store;
  readonly segments: Segments;
  /** Calls back after so many milliseconds. */
  setTimeout(callback: () => void, ms: number): unknown;
  /** Told once when commits begin to fail. */
  failed(reason: string): void;
}

/** What one transaction writes of these queues, with their last positions then. */
interface Batch {
  readonly queues: readonly Queue[];
  readonly lasts: readonly number[];
  readonly changes: readonly Change[];
}

/** Makes the journal of a table. */
export function createJournal({ store, segments, setTimeout, failed }: JournalOptions): Journal {
  let dirty: Queue[] = [];
  // Records that are not of the log, by key: what came and went between two commits is never written.
  const others = new Map<RecordKey, (() => string) | undefined>();
  /** What could not be written; nothing else is before it is. */
  let stuck: Batch | undefined;
  /** Queues of the current group that were not yet taken. */
  const left: Queue[] = [];
  // What was found damaged, or in an older format, is written anew as a whole or not at all.
  let most = Number.POSITIVE_INFINITY;
  let next: CommitGroup | undefined;
  let current: CommitGroup | undefined;
  /** A timer runs for it. */
  let waiting: CommitGroup | undefined;
  let failure: string | undefined;
  let isClosed = false;

  function put(key: RecordKey, value: (() => string) | undefined): void {
    others.set(key, value);
    next ??= newCommitGroup();
  }

  function touch(queue: Queue): void {
    const log = logOf(queue);
    if (log.isDirty) return;
    log.isDirty = true;
    dirty.push(queue);
    next ??= newCommitGroup();
  }

  /** Has what waits be written: at the end of the turn, or with what comes after it. */
  function wake(isUrgent: boolean): void {
    if (next === undefined || next.isUrgent) return;
    if (isUrgent) next.isUrgent = true;
    if (current === undefined && failure === undefined) begin(next);
  }

  function begin(group: CommitGroup): void {
    if (isClosed || (!group.isUrgent && waiting === group)) return;
    const start = (): void => {
      if (next === group && current === undefined) void commit();
    };
    if (group.isUrgent) setImmediate(start);
    else {
      waiting = group;
      setTimeout(start, lazyMs);
    }
  }

  function settled(): Promise<void> {
    wake(true);
    return (next ?? current)?.done ?? Promise.resolve();
  }

  /** Takes what is to be written in one transaction. */
  function take(): Batch {
    const queues = left.splice(0, most).filter((queue) => !queue.isRemoved);
    const changes = gather(queues, segments, left.length > 0 ? 'none' : dirty.length > 0 ? 'former' : 'all');
    for (const [key, value] of others) changes.push([key, value === undefined ? undefined : seal(key, value())]);
    others.clear();
    for (const queue of queues) {
      const log = logOf(queue);
      if (log.state === 'unwritten') log.state = 'writing';
    }
    return { queues, lasts: queues.map((queue) => queue.last), changes };
  }

  async function write({ queues, lasts, changes }: Batch): Promise<void> {
    await store.write(changes);
    queues.forEach((queue, index) => {
      queue.settled = Math.max(queue.settled, lasts[index] ?? 0);
      logOf(queue).state = 'written';
    });
  }

  async function commit(): Promise<void> {
    const group = next;
    if (group === undefined || isClosed) return;
    current = group;
    next = undefined;
    for (const queue of dirty) {
      logOf(queue).isDirty = false;
      left.push(queue);
    }
    dirty = [];
    segments.beginCommit();
    try {
      do {
        stuck ??= take();
        await write(stuck);
        stuck = undefined;
        most = mostQueues;
      } while (left.length + others.size > 0);
      failure = undefined;
      current = undefined;
      group.resolve();
      // What is sparse is written anew by and by.
      if (segments.areSparse) next ??= newCommitGroup();
      if (next !== undefined) begin(next);
    } catch (error) {
      fail(group, error);
    }
  }

  /** What could not be written stays to be written. */
  function fail(group: CommitGroup, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (failure === undefined) failed(reason);
    failure = reason;
    current = undefined;
    const detail = 'What was published could not be written to the disk.';
    const refusal = new CommunicationError(problem('buffer-unavailable', { detail, retryAfter: 1 }), { cause: error });
    group.reject(refusal);
    next?.reject(refusal);
    next = newCommitGroup();
    setTimeout(() => void commit(), againMs);
  }

  return {
    stored(queue) {
      touch(queue);
      wake(true);
    },
    left(queue, messages) {
      for (const message of messages) releaseMessage(segments, queue, message);
      touch(queue);
      wake(false);
    },
    keyed(queue, key) {
      const log = logOf(queue);
      log.keys ??= [];
      log.keys.push(key);
      touch(queue);
      wake(true);
    },
    unkeyed(_, known) {
      segments.releaseKey(known);
    },
    parked(queue, held) {
      noteParked(queue, held.message.position, held);
      touch(queue);
      wake(true);
    },
    unparked(queue, { position }) {
      noteParked(queue, position, undefined);
      touch(queue);
      wake(false);
    },
    changed(queue) {
      touch(queue);
      wake(false);
    },
    removed(queue) {
      put(recordKey('queue', queue.epoch), undefined);
      for (const message of queue.messages) releaseMessage(segments, queue, message);
      for (const known of queue.keys?.values() ?? []) segments.releaseKey(known);
      const { head, parked } = logOf(queue);
      for (const position of parked?.keys() ?? []) put(recordKey('parked', queue.epoch, position), undefined);
      if (head !== undefined) segments.release(head, headWeight);
      wake(false);
    },
    settled,
    begin(queue) {
      const { state } = logOf(queue);
      if (state === 'written') return undefined;
      // With this commit: to wait for the next would have a later reading answered before this one.
      if (state === 'writing') return current?.done;
      touch(queue);
      wake(true);
      return next?.done;
    },
    async close(isGivenUp = false) {
      if (!isClosed && !isGivenUp) await settled().catch(() => undefined);
      isClosed = true;
    },
    write(key, text) {
      put(key, text === undefined ? undefined : () => text);
      wake(false);
    },
    get failure() {
      return failure;
    },
    get pending() {
      return others.size + dirty.length + left.length;
    },
  };
}
