/** G3: whatever was accepted is there after the process was killed, at any moment. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { startWriter } from './support/run-writer.ts';

// The soak kills it 300 times, and the file grows with every one.
vi.setConfig({ testTimeout: 1_200_000 });

const directory = mkdtempSync(join(tmpdir(), 'pollux-lmdb-killed-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const cycles = Number(process.env['POLLUX_SOAK_CYCLES'] ?? 100);
const plenty = 1_000_000;

it(`${cycles} times killed at random moments: 0 accepted messages lost, none twice, order kept`, async () => {
  const path = join(directory, 'random.mdb');
  let accepted = -1;
  let total = 0;
  for (let cycle = 0; cycle < cycles; cycle++) {
    const writer = await startWriter(path, plenty);
    const ready = await writer.ready;
    expect(ready, (await Promise.race([writer.ended, Promise.resolve({ err: '' })])).err).toBeDefined();
    expect(ready).toMatchObject({ isWhole: true, health: { state: 'ok' } });
    expect(ready?.count).toBeGreaterThan(accepted);
    total = ready?.count ?? 0;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
    writer.child.kill('SIGKILL');
    expect((await writer.ended).signal).toBe('SIGKILL');
    accepted = Math.max(accepted, writer.accepted());
  }
  expect(total).toBeGreaterThan(cycles);
});

it.each(['before-write', 'while-writing', 'after-write'])('killed %s: what was accepted before is there', async (point) => {
  const path = join(directory, `${point}.mdb`);
  let accepted = -1;
  for (const atWrite of [2, 3, 5, 9]) {
    const writer = await startWriter(path, plenty, point, atWrite);
    expect(await writer.ready).toMatchObject({ isWhole: true });
    expect((await writer.ended).signal).toBe('SIGKILL');
    accepted = Math.max(accepted, writer.accepted());
    const witness = await startWriter(path, 0);
    const found = await witness.ready;
    expect(found).toMatchObject({ isWhole: true, health: { state: 'ok' } });
    expect(found?.count).toBeGreaterThan(accepted);
    await witness.ended;
  }
  expect(accepted).toBeGreaterThan(0);
});

it('begins with 100,000 messages waiting', async () => {
  const path = join(directory, 'many.mdb');
  const writer = await startWriter(path, 100_000);
  expect(await writer.ended).toMatchObject({ code: 0 });
  const witness = await startWriter(path, 0);
  const ready = await witness.ready;
  expect(ready).toMatchObject({ count: 100_000, isWhole: true });
  console.info(
    `ready after ${Math.round(ready?.milliseconds ?? 0)} ms, ${ready?.health.figures?.['fileBytes']} bytes in the file`,
  );
  await witness.ended;
});

it('a second process is told who has the file', async () => {
  const path = join(directory, 'owned.mdb');
  const first = await startWriter(path, plenty);
  await first.ready;
  const second = await startWriter(path, 1);
  const { code, err } = await second.ended;
  expect(code).not.toBe(0);
  expect(err).toContain(`is in use by process ${first.child.pid}`);
  first.child.kill('SIGKILL');
  await first.ended;
});
