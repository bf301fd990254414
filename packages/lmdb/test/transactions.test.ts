/** Each transaction is a whole: whichever was the last before a power cut, nothing seems damaged by it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppendEntry, MessageBuffer, Place, QueueReading } from '@pollux/core/server';
import { createManualClock } from '@pollux/core/testing';
import { afterAll, expect, it } from 'vitest';
import { openLmdbBuffer } from '../src/index.ts';
import type { RecordKey } from '../src/record.ts';
import { createDisk } from './support/disk.ts';
import { entryOf } from './support/entry.ts';

const directory = mkdtempSync(join(tmpdir(), 'pollux-lmdb-transactions-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let files = 0;
const nextPath = (): string => join(directory, `${files++}.mdb`);

interface Open {
  readonly buffer: MessageBuffer;
  /** What a power cut after each transaction would have left. */
  readonly images: Map<RecordKey, Buffer>[];
  /** Resolves when a transaction is being written. */
  writing(): Promise<void>;
}

async function open(): Promise<Open> {
  const disk = createDisk(new Map());
  const images: Map<RecordKey, Buffer>[] = [];
  let begun = (): void => {};
  const { write } = disk.store;
  disk.store.write = async (changes) => {
    begun();
    await write(changes);
    images.push(disk.afterPowerCut(() => 1));
  };
  const buffer = await openLmdbBuffer({ path: nextPath(), open: () => disk.store, clock: createManualClock() });
  return {
    buffer,
    images,
    writing: () =>
      new Promise((resolve) => {
        begun = resolve;
      }),
  };
}

/** Long, and without a key: what was written with it is not wanted any more once it has left. */
function plain(recipient: string, n: number): AppendEntry {
  return { ...entryOf(recipient, n), members: `"data":"${'x'.repeat(1000)}"`, key: undefined };
}

async function publish({ buffer }: Open, recipient: string, n: number): Promise<string> {
  const [outcome] = await buffer.append([plain(recipient, n)]);
  if (outcome?.kind !== 'stored') throw new Error('it was not stored');
  return outcome.id;
}

async function exchange({ buffer }: Pick<Open, 'buffer'>, recipient: string, handled?: Place): Promise<QueueReading> {
  const address = { kind: 'recipient', name: recipient } as const;
  const queue = { address, application: 'orders', handled, read: handled };
  const [reading] = await buffer.exchange({ session: 's', queues: [queue], maxBytes: 10_000, keepMs: 60_000 });
  if (reading === undefined) throw new Error('it was not read');
  return reading;
}

/** What each image says of a recipient's queue when it is opened. */
async function* opened(images: readonly Map<RecordKey, Buffer>[]): AsyncGenerator<MessageBuffer> {
  for (const image of images) {
    const buffer = await openLmdbBuffer({ path: nextPath(), open: () => createDisk(image).store, clock: createManualClock() });
    yield buffer;
    await buffer.close();
  }
}

/** Whichever image a new buffer begins with, nothing seems damaged, and alice's queue goes on. */
async function expectWhole(images: Open['images'], epoch: string): Promise<void> {
  for await (const buffer of opened(images)) {
    expect(buffer.health?.().state).toBe('ok');
    expect((await exchange({ buffer }, 'alice')).epoch).toBe(epoch);
  }
}

it('a message that is parked, and one that is taken from there, while others are written', async () => {
  const at = await open();
  const id = await publish(at, 'alice', 1);
  const { epoch } = await exchange(at, 'alice');
  at.images.length = 0;
  for (const how of [{ kind: 'park', reason: 'tried' }, { kind: 'purge' }] as const) {
    const writing = at.writing();
    const other = publish(at, 'bob', at.images.length);
    await writing;
    await Promise.all([at.buffer.take(id, how), other]);
  }
  expect(at.images.length).toBeGreaterThan(2);
  await expectWhole(at.images, epoch);
  await at.buffer.close();
});

it('a message that is acknowledged while others are written stays until its queue is', async () => {
  const at = await open();
  await publish(at, 'carol', 1);
  await publish(at, 'alice', 1);
  await publish(at, 'alice', 2);
  const { epoch } = await exchange(at, 'alice');
  at.images.length = 0;
  const writing = at.writing();
  const other = publish(at, 'bob', 1);
  await writing;
  // The first of both stands alone in what was written with it.
  expect((await exchange(at, 'alice', { epoch, position: 1 })).freed).toBe(1);
  await Promise.all([at.buffer.erase({ kind: 'recipient', name: 'carol' }), other]);
  expect(at.images.length).toBeGreaterThan(1);
  await expectWhole(at.images, epoch);
  await at.buffer.close();
});

it('a message that is acknowledged beside more queues than go with one transaction', async () => {
  const at = await open();
  await publish(at, 'alice', 1);
  await publish(at, 'alice', 2);
  const { epoch } = await exchange(at, 'alice');
  // With it goes what was noted of her session.
  await publish(at, 'bob', 1);
  at.images.length = 0;
  const others = Array.from({ length: 1100 }, (_, n) => at.buffer.append([plain(`user-${n}`, n)]));
  await exchange(at, 'alice', { epoch, position: 1 });
  await Promise.all(others);
  expect(at.images).toHaveLength(2);
  await expectWhole(at.images, epoch);
  await at.buffer.close();
});
