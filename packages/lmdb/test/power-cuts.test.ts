/** G4: what was accepted outlives a power cut, whatever the disk kept of what it had not yet synced. */
import { expect, it, vi } from 'vitest';
import type { DiskFaults } from './support/disk.ts';
import { cutPower } from './support/power-cuts.ts';

vi.setConfig({ testTimeout: 120_000 });

const runs = Number(process.env['POLLUX_SOAK_IMAGES'] ?? 2000) / 10;

it(`${runs * 10} images after a power cut: nothing accepted is lost, nothing withdrawn comes back, cursors stand`, async () => {
  for (let seed = 1; seed <= runs; seed++) expect(await cutPower(seed, 10), `seed ${seed}`).toEqual([]);
});

const faults: Readonly<Record<string, DiskFaults>> = {
  'says that it is written before it is synced': { lies: true },
  'does not write messages': { loses: ([key, sealed]) => key.startsWith('message\n') && sealed !== undefined },
  'does not take away what left': { loses: ([key, sealed]) => key.startsWith('message\n') && sealed === undefined },
  'does not write keys': { loses: ([key]) => key.startsWith('key\n') },
  'does not write queues': { loses: ([key]) => key.startsWith('queue\n') },
};

it.each(Object.entries(faults))('catches a disk that %s', async (_, fault) => {
  const wrong: string[] = [];
  for (let seed = 1; seed <= 20; seed++) wrong.push(...(await cutPower(seed, 5, fault)));
  expect(wrong.length).toBeGreaterThan(0);
});
