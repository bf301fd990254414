/**
 * Publishers and a reader at work, cut off at a random moment; then a new buffer on what the disk kept, held against what
 * they had been told.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageBuffer, Place } from '@pollux/core/server';
import { openLmdbBuffer } from '../../src/index.ts';
import { createDisk, type DiskFaults } from './disk.ts';
import { entryOf } from './entry.ts';

/** What one recipient's publisher and reader have done, and were told of it. */
interface Record {
  readonly published: {
    readonly n: number;
    /** Set when it was accepted. */
    position: number | undefined;
    id: string | undefined;
    withdrawal: 'none' | 'asked' | 'told';
  }[];
  handled: Place | undefined;
  /** As far as an answer told it. */
  read: Place | undefined;
  /** As far as was ever acknowledged, answered or not. */
  acknowledgedTo: number;
}

const names = ['alice', 'bob', 'carol'];
const addressOf = (name: string): { kind: 'recipient'; name: string } => ({ kind: 'recipient', name });

/** Small, seeded, good enough (mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function read(buffer: MessageBuffer, name: string, { handled, read }: Record): ReturnType<MessageBuffer['exchange']> {
  const queue = { address: addressOf(name), application: 'orders', handled, read };
  return buffer.exchange({ session: `s-${name}`, queues: [queue], maxBytes: 10_000, keepMs: 60_000 });
}

/** One recipient's share of the work; every step may be its last. */
async function step(buffer: MessageBuffer, name: string, record: Record, chance: () => number): Promise<void> {
  const what = chance();
  if (what < 0.6) {
    const message: Record['published'][0] = {
      n: record.published.length,
      position: undefined,
      id: undefined,
      withdrawal: 'none',
    };
    record.published.push(message);
    const [outcome] = await buffer.append([entryOf(name, message.n)]);
    if (outcome?.kind === 'stored') Object.assign(message, { id: outcome.id, position: outcome.position });
  } else if (what < 0.9) {
    record.acknowledgedTo = Math.max(record.acknowledgedTo, record.handled?.position ?? 0);
    const [reading] = await read(buffer, name, record);
    if (reading === undefined) return;
    const position = reading.messages.at(-1)?.position ?? reading.after;
    record.read = { epoch: reading.epoch, position };
    if (chance() < 0.5) record.handled = record.read;
  } else {
    const message = record.published.find(
      ({ id, position = 0, withdrawal }) => id && position > record.acknowledgedTo && withdrawal === 'none',
    );
    if (message?.id === undefined) return;
    message.withdrawal = 'asked';
    if (await buffer.take(message.id, { kind: 'withdraw' })) message.withdrawal = 'told';
  }
}

/** What is not as they had been told. */
async function verify(after: MessageBuffer, name: string, record: Record): Promise<readonly string[]> {
  const wrong: string[] = [];
  const found = await after.inspect.peek({ address: addressOf(name), application: 'orders' }, { limit: 10_000 });
  const stands = new Map(found.map(({ members, position }) => [Number(members.slice('"data":'.length)), position]));
  for (const { n, position, withdrawal } of record.published) {
    const now = stands.get(n);
    if (withdrawal === 'told' && now !== undefined) wrong.push(`${n} was withdrawn and is there`);
    if (position === undefined || position <= record.acknowledgedTo || withdrawal !== 'none') continue;
    if (now === undefined) wrong.push(`${n} was accepted and is lost`);
    else if (now !== position) wrong.push(`${n} stands at another place`);
    const [again] = await after.append([entryOf(name, n)]);
    if (again?.kind !== 'duplicate') wrong.push(`${n} published again is ${again?.kind}`);
  }
  if (record.read === undefined) return wrong;
  const [reading] = await read(after, name, record);
  if (reading?.reset) wrong.push('the reader’s cursor no longer stands');
  if (reading && reading.losses.length > 0) wrong.push('a loss is told that was none');
  return wrong;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** One run to a power cut; what was wrong afterwards, over `images` of what the disk may have kept. */
export async function cutPower(seed: number, images: number, faults: DiskFaults = {}): Promise<readonly string[]> {
  const chance = chanceOf(seed);
  const folder = mkdtempSync(join(tmpdir(), 'pollux-power-'));
  const disk = createDisk(new Map(), faults);
  const buffer = await openLmdbBuffer({ path: join(folder, 'before.mdb'), open: () => disk.store });
  try {
    const records = names.map((): Record => ({ published: [], handled: undefined, read: undefined, acknowledgedTo: 0 }));
    let isOver = false;
    const work = async (index: number, record: Record): Promise<void> => {
      while (!isOver) await step(buffer, names[index] ?? '', record, chance).then(turn);
    };
    const working = records.flatMap((record, index) => [work(index, record), work(index, record), work(index, record)]);
    for (let turns = 5 + Math.floor(chance() * 60); turns > 0; turns--) await turn();
    // The moment of the cut: what each was told by now is what counts.
    const told = structuredClone(records);
    const kept = Array.from({ length: images }, () => disk.afterPowerCut(chance));
    isOver = true;
    await Promise.all(working);
    const wrong: string[] = [];
    for (const [index, image] of kept.entries()) {
      const after = await openLmdbBuffer({ path: join(folder, `${index}.mdb`), open: () => createDisk(image).store });
      if (after.health?.().state !== 'ok') wrong.push('something seemed damaged');
      for (const [place, record] of told.entries()) wrong.push(...(await verify(after, names[place] ?? '', record)));
      await after.close();
    }
    return wrong;
  } finally {
    await buffer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
