/**
 * The journal: what changed in the table and is not yet on the disk. Commits go in groups by themselves: one begins at
 * the end of the turn, and whatever comes while it is written goes with the next. What nobody waits for (what was
 * acknowledged, has expired, is held) begins none at once: it goes with the next that somebody waits for, or a little later.
 */
import { CommunicationError, problem } from '@pollux/core';
import type { Queue, TableJournal } from '@pollux/core/server';
import { writeKey, writeMessage, writeParked, writeQueue } from './queue-record.ts';
import { parseKey, type RecordKey, recordKey, seal, unseal } from './record.ts';
import type { Change, Store } from './store.ts';

/** The most changes in one transaction; what is beyond waits for the next. */
const mostChanges = 8192;

/**
 * Milliseconds for which what nobody waits for may wait for company. A crash meanwhile has it happen again: a client's cursor
 * acknowledges until it is heard, and what expired is still expired.
 */
const lazyMs = 25;

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
  /** Takes a record away that is no longer believed. */
  drop(key: RecordKey): void;
}

export interface JournalOptions {
  readonly store: Store;
  /** Calls back after so many milliseconds. */
  setTimeout(callback: () => void, ms: number): unknown;
  /** Told once when commits begin to fail. */
  failed(reason: string): void;
}

interface Group {
  /** Somebody waits for it, or may: it is begun at the end of the turn. */
  isUrgent: boolean;
  readonly done: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

function newGroup(): Group {
  let resolve = (): void => {};
  let reject = (_: unknown): void => {};
  const done = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Nobody may be waiting; whoever does hears of it all the same.
  done.catch(() => undefined);
  return { isUrgent: false, done, resolve, reject };
}

/** Known by the journal: its record is on the disk, or in the commit that is being written. */
export const written = 'written';
const writing = 'writing';

/** Makes the journal of a table. */
export function createJournal({ store, setTimeout, failed }: JournalOptions): Journal {
  // By key, so that what came and went between two commits is never written.
  const changes = new Map<RecordKey, (() => string) | undefined>();
  const dirty = new Set<Queue>();
  let next: Group | undefined;
  let current: Group | undefined;
  /** A timer runs for it. */
  let waiting: Group | undefined;
  let failure: string | undefined;

  function put(key: RecordKey, value: (() => string) | undefined): void {
    changes.set(key, value);
    next ??= newGroup();
  }

  function touch(queue: Queue): void {
    dirty.add(queue);
    next ??= newGroup();
  }

  /** Has what waits be written: at the end of the turn, or with what comes after it. */
  function wake(isUrgent: boolean): void {
    if (next === undefined || next.isUrgent) return;
    if (isUrgent) next.isUrgent = true;
    if (current === undefined && failure === undefined) begin(next);
  }

  function begin(group: Group): void {
    const start = (): void => {
      if (next === group && current === undefined) void commit();
    };
    if (group.isUrgent) setImmediate(start);
    else if (waiting !== group) {
      waiting = group;
      setTimeout(start, lazyMs);
    }
  }

  /** Takes what is to be written now; the queues' records are made here, all of the same moment. */
  function gather(): { readonly taken: readonly Queue[]; readonly list: readonly Change[] } {
    const taken = [...dirty];
    dirty.clear();
    const list: Change[] = [];
    for (const [key, value] of changes) list.push([key, value === undefined ? undefined : seal(key, value())]);
    changes.clear();
    for (const queue of taken) {
      if (queue.isRemoved) continue;
      const key = recordKey('queue', queue.epoch);
      list.push([key, seal(key, writeQueue(queue))]);
    }
    return { taken, list };
  }

  async function commit(): Promise<void> {
    const group = next;
    if (group === undefined) return;
    current = group;
    next = undefined;
    const { taken, list } = gather();
    const lasts = taken.map((queue) => queue.last);
    for (const queue of taken) queue.record ??= writing;
    try {
      for (let from = 0; from < list.length; from += mostChanges) await store.write(list.slice(from, from + mostChanges));
      taken.forEach((queue, index) => {
        queue.settled = Math.max(queue.settled, lasts[index] ?? 0);
        queue.record = written;
      });
      failure = undefined;
      current = undefined;
      group.resolve();
      if (next !== undefined) begin(next);
    } catch (error) {
      fail(group, taken, list, error);
    }
  }

  /** What could not be written stays to be written, unless it changed again meanwhile. */
  function fail(group: Group, taken: readonly Queue[], list: readonly Change[], error: unknown): void {
    for (const queue of taken) {
      dirty.add(queue);
      if (queue.record === writing) queue.record = undefined;
    }
    for (const [key, sealed] of list) {
      if (parseKey(key).kind !== 'queue' && !changes.has(key)) changes.set(key, sealed && (() => unseal(key, sealed) ?? ''));
    }
    const reason = error instanceof Error ? error.message : String(error);
    if (failure === undefined) failed(reason);
    failure = reason;
    current = undefined;
    const detail = 'What was published could not be written to the disk.';
    const refusal = new CommunicationError(problem('buffer-unavailable', { detail, retryAfter: 1 }), { cause: error });
    group.reject(refusal);
    next?.reject(refusal);
    next = newGroup();
    setTimeout(() => void commit(), againMs);
  }

  return {
    stored(queue, message) {
      put(recordKey('message', queue.epoch, message.position), () => writeMessage(message));
      touch(queue);
      wake(true);
    },
    left(queue, messages) {
      for (const { position } of messages) put(recordKey('message', queue.epoch, position), undefined);
      touch(queue);
      wake(false);
    },
    keyed(queue, key, known) {
      put(recordKey('key', queue.epoch, key), () => writeKey(known));
      touch(queue);
      wake(true);
    },
    unkeyed(queue, key) {
      put(recordKey('key', queue.epoch, key), undefined);
      wake(false);
    },
    parked(queue, held) {
      put(recordKey('parked', queue.epoch, held.message.position), () => writeParked(held));
      touch(queue);
      wake(true);
    },
    unparked(queue, { position }) {
      put(recordKey('parked', queue.epoch, position), undefined);
      touch(queue);
      wake(false);
    },
    changed(queue) {
      touch(queue);
      wake(false);
    },
    removed(queue) {
      put(recordKey('queue', queue.epoch), undefined);
      for (const key of queue.keys?.keys() ?? []) put(recordKey('key', queue.epoch, key), undefined);
      for (const { position } of queue.messages) put(recordKey('message', queue.epoch, position), undefined);
      wake(false);
    },
    settled() {
      wake(true);
      return (next ?? current)?.done ?? Promise.resolve();
    },
    begin(queue) {
      if (queue.record === written) return undefined;
      // With this commit: to wait for the next would have a later reading answered before this one.
      if (queue.record === writing) return current?.done;
      touch(queue);
      wake(true);
      return next?.done;
    },
    drop(key) {
      put(key, undefined);
      wake(false);
    },
    get failure() {
      return failure;
    },
    get pending() {
      return changes.size + dirty.size;
    },
  };
}
