/**
 * Files of another format. `fixtures/format-1.mdb.gz` was written by the last version that wrote format 1, and
 * `format-1.json` is what that version had in memory.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { AppendEntry, MessageBuffer, StoredQueue } from '@pollux/core/server';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { openLmdbBuffer } from '../src/index.ts';
import { formatKey, type RecordKey, seal } from '../src/record.ts';
import { openStore, type Store } from '../src/store.ts';
import { createDisk } from './support/disk.ts';

const directory = mkdtempSync(join(tmpdir(), 'pollux-lmdb-formats-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const fixture = (name: string): Buffer => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const written = JSON.parse(fixture('format-1.json').toString()) as readonly StoredQueue[];
const limits = { sessionSeconds: 0 };

let path = '';
let files = 0;
beforeEach(() => {
  path = join(directory, `${files++}.mdb`);
  writeFileSync(path, gunzipSync(fixture('format-1.mdb.gz')));
});

/** Without what is begun anew (how long a place holds), and with times as the file has them. */
function comparable(queues: readonly StoredQueue[]): unknown {
  const plain = queues.map((queue) => ({
    ...queue,
    keys: queue.keys.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    places: (queue.places ?? []).map(({ session, handled }) => ({ session, handled })),
  }));
  const ordered = plain.toSorted((a, b) => (a.epoch < b.epoch ? -1 : 1));
  // Format 2 rounds to milliseconds; none of the moments in the file is near the end of a second.
  const coarse = (name: string, value: unknown) => (name.endsWith('Ms') ? Math.floor(Number(value) / 1000) : value);
  return JSON.parse(JSON.stringify(ordered, coarse));
}

async function everything(buffer: MessageBuffer): Promise<StoredQueue[]> {
  const all: StoredQueue[] = [];
  for await (const queue of buffer.inspect.everything()) all.push(queue);
  return all;
}

function kindsOf(store: Store): ReadonlySet<string> {
  return new Set([...store.records()].map(([key]) => key.slice(0, key.indexOf('\n'))));
}

it('a file of format 1 is read, and is of format 2 afterwards', async () => {
  const buffer = await openLmdbBuffer({ path, limits });
  expect(buffer.health?.().state).toBe('ok');
  expect(comparable(await everything(buffer))).toEqual(comparable(written));
  const alice = written.find(({ address }) => address.kind === 'recipient' && address.name === 'alice');
  const [key] = alice?.keys ?? [];
  const again = { address: { kind: 'recipient', name: 'alice' }, application: 'orders', key: key?.key } as const;
  const rest = { members: '"n":0', size: 5, ttlSeconds: 60, urgency: 'normal', topic: undefined, overflow: 'reject' } as const;
  const entry: AppendEntry = { ...again, ...rest, fingerprint: key?.fingerprint ?? '' };
  expect(await buffer.append([entry])).toEqual([{ kind: 'duplicate', id: key?.id }]);
  await buffer.close();

  const store = openStore(path);
  expect([...kindsOf(store)]).toEqual(['format', 'parked', 'queue', 'segment', 'state']);
  await store.close();
  const after = await openLmdbBuffer({ path, limits });
  expect(after.health?.().state).toBe('ok');
  expect(comparable(await everything(after))).toEqual(comparable(written));
  await after.close();
});

it('a power cut while it is written anew leaves format 1 or format 2, whole', async () => {
  const store = openStore(path);
  const records = new Map<RecordKey, Buffer>([...store.records()].map(([key, sealed]) => [key, Buffer.from(sealed)]));
  await store.close();
  const disk = createDisk(records);
  const images: Map<RecordKey, Buffer>[] = [];
  const { write } = disk.store;
  disk.store.write = (changes) => {
    const writing = write(changes);
    images.push(
      disk.afterPowerCut(() => 0),
      disk.afterPowerCut(() => 1),
    );
    return writing;
  };
  const buffer = await openLmdbBuffer({ path: `${path}.first`, limits, open: () => disk.store });
  await buffer.close();
  const formats: string[] = [];
  for (const [index, image] of images.entries()) {
    formats.push(image.has('state\n\n') ? '2' : '1');
    const after = await openLmdbBuffer({ path: `${path}.${index}`, limits, open: () => createDisk(image).store });
    expect(after.health?.().state).toBe('ok');
    expect(comparable(await everything(after))).toEqual(comparable(written));
    await after.close();
  }
  expect(new Set(formats)).toEqual(new Set(['1', '2']));
});

it('a queue of format 1 that lost a message begins a new life; the others stand', async () => {
  const store = openStore(path);
  const lost = [...store.records()].map(([key]) => key).filter((key) => key.startsWith('message\n'));
  await store.write([[lost[0] ?? '', undefined]]);
  await store.close();
  const buffer = await openLmdbBuffer({ path, limits });
  expect(buffer.health?.()).toMatchObject({ state: 'degraded', figures: { renewedQueues: 1 } });
  const epochs = new Set((await everything(buffer)).map(({ epoch }) => epoch));
  const [, epochOfLost] = (lost[0] ?? '').split('\n');
  expect(written.filter(({ epoch }) => !epochs.has(epoch)).map(({ epoch }) => epoch)).toEqual([epochOfLost]);
  await buffer.close();
  const again = await openLmdbBuffer({ path, limits });
  expect(again.health?.().state).toBe('ok');
  expect((await again.inspect.totals()).messages).toBe(written.reduce((sum, { messages }) => sum + messages.length, -1));
  await again.close();
});

it('a file of format 1 is known as one, though its record of the format is lost', async () => {
  const store = openStore(path);
  await store.write([[formatKey, undefined]]);
  await store.close();
  const buffer = await openLmdbBuffer({ path, limits });
  expect(buffer.health?.().state).toBe('ok');
  expect(comparable(await everything(buffer))).toEqual(comparable(written));
  await buffer.close();
});

it('a file of a later format is refused with a sentence', async () => {
  const store = openStore(path);
  await store.write([[formatKey, seal(formatKey, '3')]]);
  await store.close();
  const open = openLmdbBuffer({ path });
  await expect(open).rejects.toThrow(
    `The message buffer ${path} has format 3; this program writes format 2 and reads it and format 1. Start it with the version`,
  );
});
