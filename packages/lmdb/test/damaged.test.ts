/** G5: a file with a flipped bit or a cut end. Nothing wrong is delivered, what is whole is kept, what is not is told. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppendEntry, BufferHealth, MessageBuffer } from '@pollux/core/server';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { formatKey, stateKey } from '../src/record.ts';
import { type Change, openStore } from '../src/store.ts';
import { chanceOf } from './support/power-cuts.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

const directory = mkdtempSync(join(tmpdir(), 'pollux-lmdb-damaged-'));
const whole = join(directory, 'whole.mdb');
const flips = Number(process.env['POLLUX_SOAK_FLIPS'] ?? 500);
const cuts = Number(process.env['POLLUX_SOAK_CUTS'] ?? 200);
const recipients = 40;
const each = 15;

// Some are longer than a page.
const textOf = (who: number, n: number): string => `${who}-${n}-${'abcdefghij'.repeat(n === 7 ? 700 : 15)}`;
const addressOf = (who: number): { kind: 'recipient'; name: string } => ({ kind: 'recipient', name: `user-${who}` });

function entryOf(who: number, n: number): AppendEntry {
  const members = `"data":"${textOf(who, n)}"`;
  const common = { application: 'orders', ttlSeconds: 86_400, urgency: 'normal', topic: undefined, overflow: 'reject' } as const;
  return { ...common, address: addressOf(who), members, size: members.length, key: `key-${n}`, fingerprint: String(n) };
}

type Open = typeof import('../src/index.ts').openLmdbBuffer;

async function opener(): Promise<Open> {
  return (await import('../src/index.ts')).openLmdbBuffer;
}

beforeAll(async () => {
  const buffer = await (await opener())({ path: whole });
  // Ten to a segment.
  for (let from = 0; from < recipients; from += 10) {
    const entriesOf = (who: number) => Array.from({ length: each }, (_, n) => entryOf(who, n));
    await Promise.all(Array.from({ length: 10 }, (_, index) => buffer.append(entriesOf(from + index))));
  }
  for (let who = 0; who < recipients; who++) {
    const queue = { address: addressOf(who), application: 'orders', handled: undefined, read: undefined };
    await buffer.exchange({ session: `s-${who}`, queues: [queue], maxBytes: 1000, keepMs: 60_000 });
  }
  await buffer.close();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Outcome {
  /** Messages that are there; undefined where the file was refused. */
  readonly count: number | undefined;
  readonly wrong: number;
  readonly health: BufferHealth | undefined;
  readonly refusal?: string;
}

async function look(buffer: MessageBuffer): Promise<Outcome> {
  let count = 0;
  let wrong = 0;
  for (let who = 0; who < recipients; who++) {
    const found = await buffer.inspect.peek({ address: addressOf(who), application: 'orders' }, { limit: 1000 });
    count += found.length;
    for (const { members, position } of found) if (members !== `"data":"${textOf(who, position - 1)}"`) wrong += 1;
  }
  return { count, wrong, health: buffer.health?.() };
}

/** What was damaged once is so no more, and what is accepted afterwards is there, start after start. */
async function goesOn(open: Open, path: string): Promise<void> {
  const address = { kind: 'recipient', name: 'later' } as const;
  for (let n = 0; n < 2; n++) {
    const buffer = await open({ path });
    expect(buffer.health?.()).toMatchObject({ state: 'ok' });
    for (let each = 0; each < 3; each++) await buffer.append([{ ...entryOf(0, n * 3 + each), address, key: undefined }]);
    await buffer.close();
  }
  const last = await open({ path });
  expect(last.health?.()).toMatchObject({ state: 'ok' });
  const found = await last.inspect.peek({ address, application: 'orders' }, { limit: 100 });
  expect(found.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6]);
  await last.close();
}

/** Opens a copy of the file that was damaged in some way. */
async function after(open: Open, damage: (path: string) => void | Promise<void>): Promise<Outcome> {
  const folder = mkdtempSync(join(directory, 'copy-'));
  const path = join(folder, 'buffer.mdb');
  cpSync(whole, path);
  await damage(path);
  try {
    const buffer = await open({ path });
    const outcome = await look(buffer);
    await buffer.close();
    await goesOn(open, path);
    if (outcome.health?.figures?.['damagedPages'])
      expect(readdirSync(folder).filter((name) => name.includes('.damaged-'))).toHaveLength(1);
    return outcome;
  } catch (error) {
    return { count: undefined, wrong: 0, health: undefined, refusal: String(error) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function flipBit(chance: () => number) {
  return (path: string): void => {
    const file = readFileSync(path);
    const at = Math.floor(chance() * file.length);
    file.writeUInt8(file.readUInt8(at) ^ (1 << Math.floor(chance() * 8)), at);
    writeFileSync(path, file);
  };
}

/** Changes what an entry of a page says of its size: LMDB moves entries about by it. */
function flipSize(chance: () => number) {
  return (path: string): void => {
    const file = readFileSync(path);
    const pages = Array.from({ length: file.length / 4096 - 2 }, (_, index) => (index + 2) * 4096);
    const leaves = pages.filter((at) => file.readUInt16LE(at + 18) === 2 && file.readUInt16LE(at + 20) > 0);
    const at = leaves[Math.floor(chance() * leaves.length)] ?? 0;
    const entry = Math.floor((chance() * file.readUInt16LE(at + 20)) / 2);
    const size = at + 24 + file.readUInt16LE(at + 24 + entry * 2) + (chance() < 0.5 ? 0 : 6);
    file.writeUInt16LE(file.readUInt16LE(size) ^ (1 << Math.floor(chance() * 16)), size);
    writeFileSync(path, file);
  };
}

/** Where the newer of the two pages that begin a file tells of its trees. */
function newestMeta(file: Buffer): number {
  const [first, second] = [24, 4096 + 24];
  return file.readBigUInt64LE(first + 128) > file.readBigUInt64LE(second + 128) ? first : second;
}

/** The parts of a file on which all others rest, from where to where. */
const vital = {
  'the lists of free pages': (file: Buffer) => usedOf(file, newestMeta(file) + 24),
  'the branch at the root': (file: Buffer) => usedOf(file, newestMeta(file) + 24 + 48),
  'what tells of the trees': (file: Buffer) => [newestMeta(file), newestMeta(file) + 136] as const,
};

/** What is used of a root's page. */
function usedOf(file: Buffer, root: number): readonly [from: number, to: number] {
  const page = Number(file.readBigUInt64LE(root + 40)) * 4096;
  return [page + 24 + file.readUInt16LE(page + 22), page + 4096];
}

function flipVital(what: keyof typeof vital, chance: () => number) {
  return (path: string): void => {
    const file = readFileSync(path);
    const [from, to] = vital[what](file);
    const at = from + Math.floor(chance() * (to - from));
    file.writeUInt8(file.readUInt8(at) ^ (1 << Math.floor(chance() * 8)), at);
    writeFileSync(path, file);
  };
}

const cutEnd = (chance: () => number) => (path: string) =>
  truncateSync(path, 1 + Math.floor(chance() * (statSync(path).size - 1)));

const total = recipients * each;

it(`${flips} flipped bits: nothing wrong is delivered, and what is lost is told`, async () => {
  const open = await opener();
  const chance = chanceOf(5);
  const bad: unknown[] = [];
  let harmed = 0;
  let refused = 0;
  let precise = 0;
  for (let run = 0; run < flips; run++) {
    const { count, wrong, health, refusal } = await after(open, flipBit(chance));
    const isUntold = count !== undefined && count !== total && health?.state !== 'degraded';
    // Of the pages one is the root, and two begin the file.
    if (refusal?.includes('Put it aside')) refused += 1;
    else if (wrong > 0 || refusal !== undefined || isUntold) bad.push({ run, wrong, refusal, isUntold });
    if (health?.state === 'degraded') harmed += 1;
    if (health?.figures?.['renewedQueues'] === 1) precise += 1;
  }
  expect(bad).toEqual([]);
  // Most flips hit a message: only its queue begins anew, though others stand in the same segment.
  expect(precise).toBeGreaterThan(harmed / 2);
  expect(harmed).toBeGreaterThan(flips / 10);
  expect(refused).toBeLessThan(flips / 50);
});

it('200 sizes of entries that are wrong: nothing wrong is delivered, and LMDB does not meet them', async () => {
  const open = await opener();
  const chance = chanceOf(7);
  let harmed = 0;
  for (let run = 0; run < 200; run++) {
    const { wrong, health, refusal } = await after(open, flipSize(chance));
    expect({ run, wrong, refusal }).toEqual({ run, wrong: 0, refusal: undefined });
    if (health?.state === 'degraded') harmed += 1;
  }
  // The others are in pages that are free.
  expect(harmed).toBeGreaterThan(200 / 5);
});

it.each([
  // The others have LMDB forget pages that are free.
  ['the lists of free pages', 1 / 2],
  // All but the first key, which is not looked at.
  ['the branch at the root', 3 / 4],
  // Of what tells of the trees much is not used, or is told by LMDB's own check.
  ['what tells of the trees', 1 / 4],
] as const)('200 bits of %s: nothing wrong is delivered, lost or written over', async (what, part) => {
  const open = await opener();
  const chance = chanceOf(8);
  let harmed = 0;
  for (let run = 0; run < 200; run++) {
    const { count, wrong, health, refusal } = await after(open, flipVital(what, chance));
    // A root of which nothing can be read is refused with a sentence.
    const isRefused = refusal?.includes('Put it aside');
    expect({ run, wrong, refusal }).toEqual({ run, wrong: 0, refusal: isRefused ? refusal : undefined });
    if (isRefused || health?.state === 'degraded') harmed += 1;
    else expect({ run, count }).toEqual({ run, count: total });
  }
  expect(harmed).toBeGreaterThan(200 * part);
});

it(`${cuts} cut ends: nothing wrong is delivered; a file without its root is refused with a sentence`, async () => {
  const open = await opener();
  const chance = chanceOf(6);
  for (let run = 0; run < cuts; run++) {
    const { count, wrong, health, refusal } = await after(open, cutEnd(chance));
    expect({ run, wrong }).toEqual({ run, wrong: 0 });
    if (count === undefined) expect(refusal).toContain('Put it aside');
    else if (count !== total) expect({ run, state: health?.state }).toEqual({ run, state: 'degraded' });
  }
});

it.each<readonly [what: string, change: (key: string, sealed: Buffer) => readonly Change[]]>([
  [
    'the number of a segment',
    (key, sealed) => [
      [key, undefined],
      [`${key.slice(0, -1)}p`, sealed],
    ],
  ],
  [
    'the first digit of its number',
    (key, sealed) => [
      [key, undefined],
      [key.replace('\n\n0', '\n\n8'), sealed],
    ],
  ],
  [
    'the newest segment, and which there are',
    (key) => [
      [key, Buffer.alloc(40, 7)],
      [stateKey, Buffer.alloc(9)],
    ],
  ],
  [
    'a letter of its key, which is no text any more',
    (key, sealed) => [
      [key, undefined],
      [`\0${key.slice(0, -1)}\xb1`, sealed],
    ],
  ],
  ['the format', () => [[formatKey, undefined]]],
])('%s is damaged: it is told once, and what comes after it stands', async (_, change) => {
  const open = await opener();
  const { count } = await after(open, async (path) => {
    const store = openStore(path);
    const newest = [...store.records()].filter(([key]) => key.startsWith('segment\n')).at(-1);
    if (newest === undefined) throw new Error('there is no segment');
    await store.write(change(...newest));
    await store.close();
  });
  expect(count).toBeGreaterThan(0);
});

it('a program that believes every record is seen to deliver wrong bytes', async () => {
  vi.resetModules();
  vi.doMock('../src/record.ts', async (original) => ({
    ...(await original<typeof import('../src/record.ts')>()),
    isIntact: () => true,
    unseal: (_: string, sealed: Buffer) => sealed.toString('utf8', 4),
  }));
  const open = await opener();
  const chance = chanceOf(5);
  let seen = 0;
  for (let run = 0; run < flips; run++) seen += (await after(open, flipBit(chance))).wrong;
  vi.doUnmock('../src/record.ts');
  expect(seen).toBeGreaterThan(0);
});
