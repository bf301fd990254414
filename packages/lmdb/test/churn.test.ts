/** The file does not grow with what has gone through it, only with what waits in it; and stays whole through it all. */
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageBuffer, Place } from '@pollux/core/server';
import { afterAll, expect, it, vi } from 'vitest';
import { openLmdbBuffer } from '../src/index.ts';
import { mend } from '../src/load/mending.ts';
import { openStore } from '../src/store.ts';
import { entryOf } from './support/entry.ts';
import { chanceOf } from './support/power-cuts.ts';

vi.setConfig({ testTimeout: 300_000 });

const directory = mkdtempSync(join(tmpdir(), 'pollux-lmdb-churn-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const rounds = Number(process.env['POLLUX_SOAK_ROUNDS'] ?? 60);
const recipients = 20;
const each = 25;

/** How far each recipient has read. */
const places = new Map<string, Place>();

/** Reads all that waits for a recipient and acknowledges it. */
async function consume(buffer: MessageBuffer, name: string): Promise<number> {
  const read = async () => {
    const place = places.get(name);
    const queue = { address: { kind: 'recipient', name }, application: 'orders', handled: place, read: place } as const;
    const [reading] = await buffer.exchange({ session: `s-${name}`, queues: [queue], maxBytes: 1_000_000, keepMs: 60_000 });
    if (reading === undefined || reading.reset) throw new Error('the cursor does not stand');
    places.set(name, { epoch: reading.epoch, position: reading.messages.at(-1)?.position ?? reading.after });
    return reading.messages.length;
  };
  const count = await read();
  expect(await read()).toBe(0);
  return count;
}

it(`${rounds} rounds of ${recipients * each} messages: the file keeps the size of one round`, async () => {
  const path = join(directory, 'churn.mdb');
  const chance = chanceOf(9);
  // Whoever followed a queue before is not waited for: all that was read is freed at once.
  const limits = { sessionSeconds: 0 };
  const sizes: number[] = [];
  let published = 0;
  let consumed = 0;
  for (let round = 0; round < rounds; round++) {
    const buffer = await openLmdbBuffer({ path, limits });
    expect({ round, ...buffer.health?.() }).toMatchObject({ round, state: 'ok' });
    // Those who poll free what they have; some do so only in a later round.
    for (let who = 0; who < recipients; who++) {
      const name = `user-${who}`;
      const entries = Array.from({ length: each }, (_, n) => ({
        ...entryOf(name, published + n),
        key: undefined, // keys stay for a day
        members: `"data":"${'x'.repeat(Math.floor(chance() * (n === 7 ? 9000 : 400)))}"`,
      }));
      for (const outcome of await buffer.append(entries)) expect(outcome.kind).toBe('stored');
      published += each;
    }
    for (let who = 0; who < recipients; who++) {
      if (round === rounds - 1 || chance() < 0.8) consumed += await consume(buffer, `user-${who}`);
    }
    await buffer.close();
    sizes.push(statSync(path).size);
  }
  expect(consumed).toBe(published);
  const early = Math.max(...sizes.slice(0, rounds / 3));
  const late = Math.max(...sizes.slice(rounds / 3));
  console.info(`the file: at most ${early} bytes in the first third of the rounds, ${late} in the others`);
  expect(late).toBeLessThan(early * 1.5);
});

it('a file that is nearly empty gives its pages back when it is opened again, and keeps what waits', async () => {
  const path = join(directory, 'burst.mdb');
  const limits = { sessionSeconds: 0 };
  const entryFor = (name: string, n: number) => ({
    ...entryOf(name, n),
    key: undefined,
    members: `"data":"${'x'.repeat(20_000)}"`,
  });
  const first = await openLmdbBuffer({ path, limits });
  for (let n = 0; n < 20; n++) {
    await first.append(Array.from({ length: 50 }, (_, index) => entryFor('burst', n * 50 + index)));
  }
  await first.append([entryFor('stays', 0)]);
  expect(await first.erase({ kind: 'recipient', name: 'burst' })).toBe(1000);
  await first.close();
  const full = statSync(path).size;
  expect(full).toBeGreaterThan(20_000_000);

  // Where there is no room for another file, it stays as it is, and nothing of the try is left.
  const noRoom = async (): Promise<void> => {
    throw new Error('no space left on the disk');
  };
  await mend(path, (file) => ({ ...openStore(file), write: noRoom }));
  expect(statSync(path).size).toBe(full);
  expect(readdirSync(directory).filter((file) => file.includes('.mended'))).toEqual([]);

  const again = await openLmdbBuffer({ path, limits });
  expect(again.health?.().state).toBe('ok');
  const kept = await again.inspect.peek({ address: { kind: 'recipient', name: 'stays' }, application: 'orders' }, { limit: 10 });
  expect(kept.map(({ members }) => members.length)).toEqual([20_009]);
  expect((await again.append([entryFor('stays', 1)]))[0]).toMatchObject({ kind: 'stored', position: 2 });
  await again.close();
  expect(statSync(path).size).toBeLessThan(full / 50);
  expect(readdirSync(directory).filter((file) => file.startsWith('burst.mdb.'))).toEqual([]);
});

it('a file of more than a buffer can hold is read, and given back where it is nearly empty', async () => {
  const path = join(directory, 'great.mdb');
  const first = await openLmdbBuffer({ path });
  await first.append([entryOf('stays', 0)]);
  await first.close();
  // Only its length grows: the disk keeps nothing for it.
  truncateSync(path, 3 * 2 ** 30);

  const again = await openLmdbBuffer({ path });
  expect(again.health?.().state).toBe('ok');
  const kept = await again.inspect.peek({ address: { kind: 'recipient', name: 'stays' }, application: 'orders' }, { limit: 10 });
  expect(kept).toHaveLength(1);
  await again.close();
  expect(statSync(path).size).toBeLessThan(2 ** 20);
});
