/** G4: the file's own bytes after a power cut. Of what LMDB had not synced any sectors may be on the disk, and others not. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { openLmdbBuffer } from '../src/index.ts';
import { createBlockDevice } from './support/block-device.ts';
import { chanceOf } from './support/power-cuts.ts';
import { type Call, traced } from './support/trace.ts';

vi.setConfig({ testTimeout: 300_000 });

const directory = mkdtempSync(join(tmpdir(), 'pollux-lmdb-images-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const path = join(directory, 'traced.mdb');
/** In one pass over the calls; the soak makes more of them. */
const images = 200;
const passes = Math.ceil(Number(process.env['POLLUX_SOAK_IMAGES'] ?? 2000) / 2000);

interface Wrong {
  readonly image: number;
  readonly lost?: number;
  readonly state?: string;
}

interface Seen {
  readonly wrong: readonly Wrong[];
  readonly taken: number;
  readonly accepted: number;
}

/** Cuts the power at random moments, and says what was wrong with what a new buffer found. */
async function wrongOf(calls: readonly Call[], seed: number, ignoresSyncs = false): Promise<Seen> {
  const chance = chanceOf(seed);
  const device = createBlockDevice(path, ignoresSyncs);
  const accepted = new Set<number>();
  const wrong: Wrong[] = [];
  let taken = 0;
  for (const call of calls) {
    const said = device.hear(call);
    if (said?.startsWith('ok ')) accepted.add(Number(said.slice(3)));
    // The file begins with its first sync.
    if (device.syncs === 0 || chance() > (2 * images) / calls.length) continue;
    const image = join(directory, `image-${taken}.mdb`);
    writeFileSync(image, device.image(chance));
    const { numbers, state } = await look(image);
    const lost = [...accepted].filter((n) => !numbers.has(n)).length;
    if (lost > 0 || state !== 'ok') wrong.push({ image: taken, lost, state });
    taken += 1;
  }
  return { wrong, taken, accepted: accepted.size };
}

async function look(image: string): Promise<{ readonly numbers: ReadonlySet<number>; readonly state: string }> {
  let state = 'refused';
  const numbers = new Set<number>();
  try {
    const buffer = await openLmdbBuffer({ path: image });
    state = buffer.health?.().state ?? 'none';
    const queue = { address: { kind: 'recipient', name: 'alice' }, application: 'orders' } as const;
    for (const { members } of await buffer.inspect.peek(queue, { limit: 100_000 }))
      numbers.add(Number(/"n":(\d+)/.exec(members)?.[1]));
    await buffer.close();
  } catch {
    // It could not even be opened.
  }
  for (const file of [image, `${image}-lock`]) rmSync(file, { force: true });
  return { numbers, state };
}

it(`${images * passes} images of the file: all that was accepted is there, and nothing is damaged`, async () => {
  const calls = await traced(join(directory, 'real'), [path, '400'], { POLLUX_IN_FLIGHT: '4' }, true);
  for (let pass = 1; pass <= passes; pass++) {
    const { wrong, taken, accepted } = await wrongOf(calls, pass);
    expect({ pass, wrong }).toEqual({ pass, wrong: [] });
    expect(taken).toBeGreaterThan(images);
    expect(accepted).toBe(400);
  }
  // On a disk that ignores syncs the same calls lose messages: the images do depend on them.
  expect((await wrongOf(calls, 1, true)).wrong.length).toBeGreaterThan(images / 10);
});

it('a buffer that answers first is caught', async () => {
  rmSync(path);
  const calls = await traced(join(directory, 'lying'), [path, '100', 'never-but-lie'], { POLLUX_IN_FLIGHT: '4' }, true);
  expect((await wrongOf(calls, 1)).wrong.filter(({ lost = 0 }) => lost > 0)).not.toEqual([]);
});
