import { dirname } from 'node:path';
import { type Clock, CommunicationError, defaultLimits, type Limits, lifetimeSeconds, problem, type Random } from '@pollux/core';
import {
  type BufferHealth,
  type BufferWatcher,
  createTable,
  createTableBuffer,
  epochBytes,
  type MaybePromise,
  type MessageBuffer,
  type Queue,
  systemClock,
  systemRandom,
  type TableBufferContext,
} from '@pollux/core/server';
import { createJournal, type Journal } from './journal.ts';
import { formatOf, formatVersion } from './load/format.ts';
import { type Loaded, load } from './load/load.ts';
import { type Mended, mend } from './load/mending.ts';
import { syncFolder } from './load/sync-folder.ts';
import { createSegments } from './log/segments.ts';
import { type Ownership, takeOwnership } from './owner/ownership.ts';
import { formatKey } from './record.ts';
import { openStore, type Store } from './store.ts';

export interface LmdbBufferOptions {
  /** The file, made where it is not there. Beside it stand `PATH-lock`, and `PATH.owner` while a process has it open. */
  readonly path: string;
  /** Bounds of queues, addresses and the whole. @default defaultLimits */
  readonly limits?: Partial<Limits>;
  /** @default the system's */
  readonly clock?: Clock;
  /** @default the system's */
  readonly random?: Random;
  /** Opens the file. For tests, which put one in its place that fails. @default LMDB */
  readonly open?: (path: string) => Store;
}

/**
 * Opens a message buffer that outlives the process: grade `disk`. An append answers when it is synced to the disk, reads
 * answer at once from memory, where everything stands as well. One process owns the file.
 *
 * @throws Error for a file of a later format, or one that cannot be opened, with how to mend it
 */
export async function openLmdbBuffer(options: LmdbBufferOptions): Promise<MessageBuffer> {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const limits = { ...defaultLimits, ...options.limits };
  const ownership = await takeOwnership(options.path);
  let store: Store | undefined;
  try {
    const mended = await mend(options.path, openStore);
    store = owning((options.open ?? openStore)(options.path), ownership);
    const format = formatOf(store, options.path);
    // A file that is new must keep its name.
    if (format === undefined) syncFolder(dirname(options.path));
    return await begin(store, { clock, random, limits, format, mended });
  } catch (error) {
    if (store === undefined) ownership.giveBack();
    else await store.close();
    throw error;
  }
}

/** A store that gives its file back when it is closed, once: later it may be another's. */
function owning(store: Store, ownership: Ownership): Store {
  let closing: Promise<void> | undefined;
  return {
    ...store,
    async write(changes) {
      if (ownership.isLost) throw new Error('another process has taken the file, or had it meanwhile; start this one again');
      await store.write(changes);
    },
    close() {
      closing ??= store.close().finally(() => ownership.giveBack());
      return closing;
    },
  };
}

/** What was found when the file was opened. */
interface Found extends Loaded {
  readonly damagedPages: number;
}

interface Beginning {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  /** That of the file, where it is not new. */
  readonly format: 1 | 2 | undefined;
  readonly mended: Mended;
}

async function begin(store: Store, { clock, random, limits, format, mended }: Beginning): Promise<MessageBuffer> {
  const origin = clock.now() - clock.monotonic();
  const watchers = new Set<BufferWatcher>();
  const newEpoch = (): string => random.token(epochBytes);
  const segments = createSegments();
  const journal = createJournal({
    store,
    segments,
    setTimeout: (callback, ms) => clock.setTimeout(callback, ms),
    failed: (reason) => tellFailure(watchers, 'append', `The disk does not take what is written: ${reason}`),
  });
  const now = (): number => origin + clock.monotonic();
  const keepMs = lifetimeSeconds(limits) * 1000;
  const context: TableBufferContext = {
    table: createTable(newEpoch),
    limits,
    now,
    watchers,
    journal,
    // Sessions that were there before may not have come back yet.
    freesFromMs: format !== undefined ? now() + keepMs : 0,
    clock,
  };
  const { isOlder: renewsAll, damagedPages } = mended;
  const found = load({ store, format: format ?? formatVersion, context, segments, newEpoch, keepMs, renewsAll });
  for (const key of found.leftover) journal.write(key, undefined);
  journal.write(formatKey, String(formatVersion));
  await journal.settled().catch(async (error: unknown) => {
    // The file is closed, and may be another's by the time that it would be tried again.
    await journal.close(true);
    throw error;
  });
  return wrap(context, store, journal, { ...found, damagedPages });
}

function tellFailure(watchers: ReadonlySet<BufferWatcher>, stage: 'append' | 'open', reason: string): void {
  for (const watcher of watchers) watcher.failed?.({ stage, reason });
}

/** The table's buffer with the disk behind it. */
function wrap(context: TableBufferContext, store: Store, journal: Journal, loaded: Found): MessageBuffer {
  const inMemory = createTableBuffer(context);

  /** The value, once all that changed so far is on the disk. */
  async function onDisk<T>(value: MaybePromise<T>): Promise<T> {
    const found = await value;
    await journal.settled();
    return found;
  }

  function refuseWhileFailing(): void {
    if (journal.failure === undefined) return;
    const detail = 'The disk takes nothing at present.';
    throw new CommunicationError(problem('buffer-unavailable', { detail, retryAfter: 1 }));
  }

  return {
    ...inMemory,
    supports: { grade: 'disk', durable: true, shared: false },
    append(entries, signal) {
      refuseWhileFailing();
      return onDisk(inMemory.append(entries, signal));
    },
    exchange(request, signal) {
      const readings = inMemory.exchange(request, signal);
      if ('then' in readings) return readings;
      let begun: Promise<void> | undefined;
      for (const { hint } of request.queues) {
        // The table leaves each queue there that it read.
        const one = journal.begin(hint as Queue);
        if (one !== undefined && one !== begun) begun = begun === undefined ? one : both(begun, one);
      }
      // Nobody may get a cursor of an epoch that a crash would end. While nothing can be written, reading goes on.
      return begun !== undefined && journal.failure === undefined ? begun.then(() => readings) : readings;
    },
    take: (id, how) => onDisk(inMemory.take(id, how)),
    erase: (address, application) => onDisk(inMemory.erase(address, application)),
    restore: (queue) => onDisk(inMemory.restore(queue)),
    watch(watcher) {
      const stop = inMemory.watch(watcher);
      if (isDamaged(loaded)) {
        const { damaged, damagedPages, renewed } = loaded;
        const reason = `${damaged} records and ${damagedPages} pages were damaged; ${renewed} queues begin a new life.`;
        watcher.failed?.({ stage: 'open', reason });
      }
      return stop;
    },
    health: () => healthOf(store, journal, loaded),
    async close() {
      await inMemory.close();
      await journal.close();
      await store.close();
    },
  };
}

async function both(one: Promise<void>, other: Promise<void>): Promise<void> {
  await Promise.all([one, other]);
}

function isDamaged({ damaged, damagedPages, renewed }: Found): boolean {
  return damaged + damagedPages + renewed > 0;
}

function healthOf(store: Store, journal: Journal, found: Found): BufferHealth {
  const figures = {
    fileBytes: store.fileBytes(),
    unsyncedChanges: journal.pending,
    damagedRecords: found.damaged,
    damagedPages: found.damagedPages,
    renewedQueues: found.renewed,
  };
  if (journal.failure !== undefined) return { state: 'failed', detail: `Nothing can be written: ${journal.failure}`, figures };
  if (isDamaged(found))
    return { state: 'degraded', detail: 'Something was damaged when the buffer was opened; their readers were told.', figures };
  return { state: 'ok', figures };
}
