/** A disk that takes nothing: publishers are told, readers go on, and what was taken before or after is whole. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppendEntry, BufferFailure } from '@pollux/core/server';
import { createManualClock } from '@pollux/core/testing';
import { afterAll, expect, it, vi } from 'vitest';
import { openLmdbBuffer } from '../src/index.ts';
import { openStore } from '../src/store.ts';
import { createDisk } from './support/disk.ts';
import { entryOf } from './support/entry.ts';
import { bundledWriter, startWriter } from './support/run-writer.ts';

vi.setConfig({ testTimeout: 60_000 });

const directory = mkdtempSync(join(tmpdir(), 'pollux-lmdb-full-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const address = { kind: 'recipient', name: 'alice' } as const;
const entry = (n: number): AppendEntry => entryOf('alice', n);

it.each(['ENOSPC: no space left on device', 'EIO: i/o error'])('%s', async (full) => {
  const disk = createDisk(new Map());
  const clock = createManualClock();
  const buffer = await openLmdbBuffer({ path: join(directory, `${full.slice(0, 3)}.mdb`), open: () => disk.store, clock });
  const failures: BufferFailure[] = [];
  buffer.watch({ failed: (failure) => failures.push(failure) });
  const read = () =>
    buffer.exchange({
      session: 's',
      queues: [{ address, application: 'orders', handled: undefined, read: undefined }],
      maxBytes: 1000,
      keepMs: 60_000,
    });

  expect((await buffer.append([entry(1)]))[0]?.kind).toBe('stored');
  disk.full = full;
  await expect((async () => buffer.append([entry(2)]))()).rejects.toMatchObject({
    problem: { code: 'buffer-unavailable', status: 503 },
  });
  await expect((async () => buffer.append([entry(3)]))()).rejects.toMatchObject({ problem: { status: 503 } });
  expect(failures).toEqual([{ stage: 'append', reason: expect.stringContaining(full) }]);
  expect(buffer.health?.()).toMatchObject({ state: 'failed', detail: expect.stringContaining(full) });
  // What was refused is not shown, what was accepted is.
  expect((await read())[0]?.messages.map(({ members }) => members)).toEqual(['"data":1']);

  disk.full = undefined;
  await clock.advance(1000);
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
  expect(buffer.health?.().state).toBe('ok');
  // A publisher that tries again with its key is not told of two messages, whatever became of the first.
  const [again] = await buffer.append([entry(2)]);
  expect(['stored', 'duplicate']).toContain(again?.kind);
  expect((await read())[0]?.messages.map(({ members }) => members)).toEqual(['"data":1', '"data":2']);

  const image = disk.afterPowerCut(() => 0);
  await buffer.close();
  const after = await openLmdbBuffer({ path: join(directory, 'after.mdb'), open: () => createDisk(image).store });
  const kept = await after.inspect.peek({ address, application: 'orders' }, { limit: 10 });
  expect(kept.map(({ members }) => members)).toEqual(['"data":1', '"data":2']);
  await after.close();
});

it('a buffer that cannot begin writes nothing later', async () => {
  const disk = createDisk(new Map());
  const clock = createManualClock();
  const write = vi.spyOn(disk.store, 'write');
  const close = vi.spyOn(disk.store, 'close');
  disk.full = 'ENOSPC: no space left on device';
  await expect(openLmdbBuffer({ path: join(directory, 'never.mdb'), open: () => disk.store, clock })).rejects.toMatchObject({
    problem: { status: 503 },
  });
  expect(close).toHaveBeenCalledTimes(1);
  await clock.advance(5000);
  expect(write).toHaveBeenCalledTimes(1);
});

it('is met before LMDB meets it', async () => {
  const path = join(directory, 'reserve.mdb');
  let free = 2 ** 30;
  const clock = createManualClock();
  const buffer = await openLmdbBuffer({ path, clock, open: (file) => openStore(file, () => free) });
  expect((await buffer.append([entry(1)]))[0]?.kind).toBe('stored');
  free = 2 ** 20;
  await expect((async () => buffer.append([entry(2)]))()).rejects.toMatchObject({ problem: { status: 503 } });
  expect(buffer.health?.().detail).toContain('no space left on the disk: 1048576 bytes are free');
  free = 2 ** 30;
  await clock.advance(1000);
  await vi.waitFor(() => expect(buffer.health?.().state).toBe('ok'));
  expect((await buffer.append([entry(3)]))[0]?.kind).toBe('stored');
  await buffer.close();
});

it.each(['taken away', 'replaced'])('a file that was %s: nothing is accepted that nobody would find', async (how) => {
  const path = join(directory, `${how}.mdb`);
  const clock = createManualClock();
  const buffer = await openLmdbBuffer({ path, clock });
  expect((await buffer.append([entry(1)]))[0]?.kind).toBe('stored');
  renameSync(path, `${path}.elsewhere`);
  if (how === 'replaced') writeFileSync(path, 'another');
  expect(buffer.health?.()).toMatchObject({ figures: { fileBytes: 0 } });
  await expect((async () => buffer.append([entry(2)]))()).rejects.toMatchObject({ problem: { status: 503 } });
  expect(buffer.health?.()).toMatchObject({ state: 'failed', detail: expect.stringContaining('was taken away') });
  renameSync(`${path}.elsewhere`, path);
  await clock.advance(1000);
  await vi.waitFor(() => expect(buffer.health?.().state).toBe('ok'));
  await buffer.close();
});

it('a file that may not grow: nothing is accepted that is not there, whether or not the process lives', async () => {
  const path = join(directory, 'limited.mdb');
  const command = 'ulimit -f 1024; exec "$@"';
  const args = ['-c', command, 'sh', process.execPath, await bundledWriter(), path, '100000'];
  const { stdout } = spawnSync('sh', args, { encoding: 'utf8', timeout: 5000 });
  const accepted = Math.max(...stdout.split('\n').map((line) => (line.startsWith('ok ') ? Number(line.slice(3)) : -1)));
  expect(accepted).toBeGreaterThan(100);
  expect(stdout).toMatch(/^refused \d+ 503$/m);
  const witness = await startWriter(path, 0);
  expect(await witness.ready).toMatchObject({ isWhole: true });
  expect((await witness.ready)?.count).toBeGreaterThan(accepted);
  await witness.ended;
});
