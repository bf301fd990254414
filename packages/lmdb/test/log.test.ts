/**
 * The log beside the table: whatever was done, what a new buffer reads from the file is what the old one had; and the
 * file is never much larger than what waits in it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { AppendEntry, MessageBuffer, Place, StoredKey, StoredQueue } from '@pollux/core/server';
import { createManualClock, type ManualClock } from '@pollux/core/testing';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { keyWeight, weightOf } from '../src/log/segments.ts';
import type { RecordKey } from '../src/record.ts';
import type { Change } from '../src/store.ts';
import { createDisk, type Disk } from './support/disk.ts';
import { chanceOf } from './support/power-cuts.ts';

vi.setConfig({ testTimeout: 120_000 });

const directory = mkdtempSync(join(tmpdir(), 'pollux-lmdb-log-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
afterEach(() => vi.doUnmock('../src/log/queue-log.ts'));

let files = 0;
const limits = { stubSeconds: 60, keySeconds: 30, sessionSeconds: 0 };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const addressOf = (who: number): { kind: 'recipient'; name: string } => ({ kind: 'recipient', name: `user-${who}` });

interface Open {
  readonly buffer: MessageBuffer;
  readonly disk: Disk;
  readonly clock: ManualClock;
}

async function open(
  records: Map<RecordKey, Buffer>,
  startMs?: number,
  watch?: (changes: readonly Change[]) => void,
): Promise<Open> {
  const { openLmdbBuffer } = await import('../src/index.ts');
  const disk = createDisk(records);
  const { write } = disk.store;
  disk.store.write = (changes) => {
    watch?.(changes);
    return write(changes);
  };
  const clock = createManualClock(startMs);
  const path = join(directory, `${files++}.mdb`);
  return { buffer: await openLmdbBuffer({ path, open: () => disk.store, clock, limits }), disk, clock };
}

function entryOf(who: number, n: number, chance: () => number): AppendEntry {
  const members = `"n":${n},"data":"${'xü\n'.repeat(Math.floor(chance() ** 4 * 300))}"`;
  return {
    address: addressOf(who),
    application: 'orders',
    members,
    size: members.length,
    ttlSeconds: chance() < 0.2 ? 5 : 3600,
    urgency: 'normal',
    topic: chance() < 0.2 ? `topic "${Math.floor(chance() * 3)}"` : undefined,
    key: chance() < 0.3 ? `key-${Math.floor(chance() * 40)}` : undefined,
    fingerprint: '',
    overflow: 'drop-oldest',
  };
}

interface Work extends Open {
  readonly chance: () => number;
  /** How far each recipient has read. */
  readonly places: Map<number, Place>;
  /** Of what was stored. */
  readonly ids: string[];
}

async function publish({ buffer, chance, ids }: Work, who: number, n: number): Promise<void> {
  const entries = Array.from({ length: 1 + Math.floor(chance() * 4) }, () => entryOf(who, n, chance));
  for (const outcome of await buffer.append(entries)) if (outcome.kind === 'stored') ids.push(outcome.id);
}

async function poll({ buffer, places }: Work, who: number): Promise<void> {
  const place = places.get(who);
  const queue = { address: addressOf(who), application: 'orders', handled: place, read: place };
  const [reading] = await buffer.exchange({ session: `s-${who}`, queues: [queue], maxBytes: 3000, keepMs: 600_000 });
  if (reading) places.set(who, { epoch: reading.epoch, position: reading.messages.at(-1)?.position ?? reading.after });
}

async function take({ buffer, chance, ids }: Work): Promise<void> {
  const id = ids[Math.floor(chance() * ids.length)];
  const how = chance() < 0.5 ? ({ kind: 'withdraw' } as const) : ({ kind: 'park', reason: 'tried' } as const);
  if (id !== undefined) await buffer.take(id, how);
}

/** Some of everything that can happen to queues. */
async function work(open: Open, steps: number, chance: () => number): Promise<void> {
  const at: Work = { ...open, chance, places: new Map(), ids: [] };
  for (let n = 0; n < steps; n++) {
    const who = Math.floor(chance() ** 2 * 12);
    const what = chance();
    if (what < 0.5) await publish(at, who, n);
    else if (what < 0.85) await poll(at, who);
    else if (what < 0.95) await take(at);
    else if (what < 0.96) await at.buffer.erase(addressOf(who));
    else await at.clock.advance(Math.round(chance() * 10_000));
    if (chance() < 0.1) await at.clock.advance(30);
  }
}

/** Everything in a buffer that still counts, in a form that does not depend on its order. */
async function everything({ buffer, clock }: Open): Promise<readonly StoredQueue[]> {
  const all: StoredQueue[] = [];
  for await (const queue of buffer.inspect.everything()) {
    // How long a session's place holds is begun anew.
    all.push({ ...queue, places: (queue.places ?? []).map((place) => ({ ...place, untilMs: 0 })) });
  }
  const counts = ({ untilMs }: StoredKey): boolean => untilMs > clock.now();
  const ordered = all.map((queue) => ({
    ...queue,
    keys: queue.keys.filter(counts).toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    parked: queue.parked.toSorted((a, b) => a.message.position - b.message.position),
  }));
  return ordered.toSorted((a, b) => (a.epoch < b.epoch ? -1 : 1));
}

function segmentsOf(disk: Disk): { readonly count: number; readonly bytes: number } {
  const found = [...disk.store.records()].filter(([key]) => key.startsWith('segment\n'));
  return { count: found.length, bytes: found.reduce((sum, [, { length }]) => sum + length, 0) };
}

/** What waits for the disk is there. */
async function settle({ buffer, clock }: Open): Promise<void> {
  for (let rounds = 0; rounds < 40; rounds++) {
    await clock.advance(30);
    for (let turns = 0; turns < 8; turns++) await turn();
    if (rounds > 4 && buffer.health?.().figures?.['unsyncedChanges'] === 0) return;
  }
  throw new Error('the disk was never done');
}

/** Rounds of work, each continued from what the disk has; what was found different, if anything. */
async function differences(seed: number, rounds: number, steps: number): Promise<readonly unknown[]> {
  const chance = chanceOf(seed);
  const different: unknown[] = [];
  let at = await open(new Map());
  for (let round = 0; round < rounds; round++) {
    await work(at, steps, chance);
    await settle(at);
    const before = await everything(at);
    const next = await open(
      at.disk.afterPowerCut(() => 1),
      at.clock.now(),
    );
    if (next.buffer.health?.().state !== 'ok') different.push(next.buffer.health?.());
    const after = await everything(next);
    if (!isDeepStrictEqual(after, before)) {
      const at = before.findIndex((queue, index) => !isDeepStrictEqual(queue, after[index]));
      for (const [name, value] of Object.entries(before[at] ?? {})) {
        const now = after[at]?.[name as keyof StoredQueue];
        if (!isDeepStrictEqual(now, value)) different.push({ seed, round, name, value, now });
      }
      if (at < 0) different.push({ seed, round, more: after.length - before.length });
    }
    await at.buffer.close();
    at = next;
  }
  await at.buffer.close();
  return different;
}

it('40 runs of everything that can happen, each read again from the disk ten times: nothing differs', async () => {
  for (let seed = 1; seed <= 40; seed++) expect(await differences(seed, 10, 60), `seed ${seed}`).toEqual([]);
});

type QueueLogModule = typeof import('../src/log/queue-log.ts');

const faults: Readonly<Record<string, (real: QueueLogModule) => Partial<QueueLogModule>>> = {
  'forgets keys of what it writes anew': (real) => ({
    keyIn(segment, queue, name) {
      if (real.keyIn(segment, queue, name) !== undefined) segment.live -= keyWeight;
      return undefined;
    },
  }),
  'forgets messages of what it writes anew': (real) => ({
    messagesOf(part) {
      const [first, ...others] = real.messagesOf(part);
      if (first !== undefined) part.segment.live -= weightOf(first);
      return others;
    },
  }),
  'takes a segment away too early': (real) => ({
    releaseMessage(segments, queue, message) {
      real.releaseMessage(segments, queue, message);
      real.releaseMessage(segments, queue, message);
    },
  }),
};

it.each(Object.entries(faults))('a log that %s is seen', async (_, fault) => {
  vi.resetModules();
  vi.doMock('../src/log/queue-log.ts', async (original) => {
    const real = await original<QueueLogModule>();
    return { ...real, ...fault(real) };
  });
  const found: unknown[] = [];
  for (let seed = 1; seed <= 20 && found.length === 0; seed++) {
    found.push(...(await differences(seed, 10, 60).catch((error: unknown) => [error])));
  }
  vi.resetModules();
  expect(found).not.toEqual([]);
});

it('segments of which little is wanted are written anew: what stays for long does not keep what went', async () => {
  const at = await open(new Map());
  const plain = (who: number, n: number): AppendEntry => ({ ...entryOf(who, n, () => 0.9), topic: undefined, key: undefined });
  const append = (entry: AppendEntry) => at.buffer.append([{ ...entry, members: `"data":"${'x'.repeat(1000)}"`, size: 1000 }]);
  // One in ten is never read.
  for (let n = 0; n < 40; n++) {
    await Promise.all(Array.from({ length: 10 }, (_, who) => append(plain(who, n))));
    for (let who = 1; who < 10; who++) {
      const queue = { address: addressOf(who), application: 'orders', handled: undefined, read: undefined };
      const [reading] = await at.buffer.exchange({ session: 's', queues: [queue], maxBytes: 10_000, keepMs: 60_000 });
      const last = reading && { epoch: reading.epoch, position: reading.last };
      await at.buffer.exchange({ session: 's', queues: [{ ...queue, handled: last, read: last }], maxBytes: 1, keepMs: 60_000 });
    }
    await settle(at);
  }
  const { count, bytes } = segmentsOf(at.disk);
  expect((await at.buffer.inspect.totals()).messages).toBe(40);
  // 40 messages of 1,000 bytes wait, 400 were written.
  expect(bytes).toBeLessThan(2 * 40 * 1200);
  expect(count).toBeLessThan(40);
  await at.buffer.close();
});

it('a queue that is longer than a segment, and messages that are, are read again; those that stay are written anew', async () => {
  const members = (n: number): string => `"n":${n},"data":"${'x'.repeat(n % 100 === 7 ? 150_000 : 200)}"`;
  const entries = Array.from({ length: 1000 }, (_, n) => {
    const all = members(n);
    return { ...entryOf(0, n, () => 0.9), members: all, size: 10, topic: undefined, key: `key-${n}` };
  });
  let at = await open(new Map());
  const outcomes = await at.buffer.append(entries);
  expect(segmentsOf(at.disk).count).toBeGreaterThan(8);
  for (let round = 0; round < 2; round++) {
    await settle(at);
    const before = await everything(at);
    const next = await open(
      at.disk.afterPowerCut(() => 1),
      at.clock.now(),
    );
    expect(next.buffer.health?.().state).toBe('ok');
    expect(isDeepStrictEqual(await everything(next), before)).toBe(true);
    await at.buffer.close();
    at = next;
    // All but every seventh go, in no order.
    for (const [n, outcome] of outcomes.entries())
      if (round === 0 && n % 7 > 0 && outcome.kind === 'stored') await at.buffer.take(outcome.id, { kind: 'withdraw' });
  }
  expect((await at.buffer.inspect.totals()).messages).toBe(143);
  // All of them were 1,790 kB; keys stay as they were.
  expect(segmentsOf(at.disk).bytes).toBeLessThan(700_000);
  await at.buffer.close();
});

it('20 runs, then everything is erased: nothing is left in the file', async () => {
  for (let seed = 100; seed < 120; seed++) {
    const at = await open(new Map());
    await work(at, 300, chanceOf(seed));
    for (let who = 0; who < 12; who++) await at.buffer.erase(addressOf(who));
    await settle(at);
    const left = [...at.disk.store.records()].map(([key]) => key.slice(0, key.indexOf('\n')));
    expect(left, `seed ${seed}`).toEqual(['format', 'state']);
    await at.buffer.close();
  }
});

it('many queues at once go to the disk in several transactions, and whoever waits hears when all is there', async () => {
  const sizes: number[] = [];
  const at = await open(new Map(), undefined, (changes) => {
    sizes.push(changes.filter(([key]) => key.startsWith('queue\n')).length);
  });
  const all = Array.from({ length: 3000 }, (_, who) => at.buffer.append([{ ...entryOf(who, 0, () => 0.1), key: undefined }]));
  await Promise.all(all);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(3000);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1024);
  const after = await open(at.disk.afterPowerCut(() => 0));
  expect((await after.buffer.inspect.totals()).messages).toBe(3000);
  await after.buffer.close();
  await at.buffer.close();
});
