/** G4: what was accepted outlives a power cut, whatever the disk kept of what it had not yet synced. */
import type { BufferedMessage, Queue } from '@pollux/core/server';
import { expect, it, vi } from 'vitest';
import type { DiskFaults } from './support/disk.ts';
import { cutPower } from './support/power-cuts.ts';

vi.setConfig({ testTimeout: 120_000 });

type FrameModule = typeof import('../src/log/frame.ts');

const runs = Number(process.env['POLLUX_SOAK_IMAGES'] ?? 2000) / 10;

it(`${runs * 10} images after a power cut: nothing accepted is lost, nothing withdrawn comes back, cursors stand`, async () => {
  for (let seed = 1; seed <= runs; seed++) expect(await cutPower(seed, 10), `seed ${seed}`).toEqual([]);
});

const faults: Readonly<Record<string, DiskFaults>> = {
  'says that it is written before it is synced': { lies: true },
  'does not write segments': { loses: ([key, sealed]) => key.startsWith('segment\n') && sealed !== undefined },
  'does not take away segments': { loses: ([key, sealed]) => key.startsWith('segment\n') && sealed === undefined },
  'does not write which segments there are': { loses: ([key]) => key.startsWith('state\n') },
  'does not write names of queues': { loses: ([key]) => key.startsWith('queue\n') },
};

/** What was wrong in some runs. */
async function wrongWith(cut: typeof cutPower, fault?: DiskFaults): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (let seed = 1; seed <= 20; seed++) wrong.push(...(await cut(seed, 5, fault)));
  return wrong;
}

it.each(Object.entries(faults))('catches a disk that %s', async (_, fault) => {
  expect(await wrongWith(cutPower, fault)).not.toEqual([]);
});

/** Writers of frames with a fault; what is wrong with them is seen in what is read. */
const writers: Readonly<Record<string, (real: FrameModule) => Partial<FrameModule>>> = {
  'forgets idempotency keys': () => ({ writeKeys: () => '' }),
  'forgets that messages left': (real) => ({
    writeHead: (queue) => real.writeHead({ ...queue, messages: [...queue.messages, ...gone(queue)] }),
  }),
  'forgets messages that wait': (real) => ({
    writeHead: (queue) => real.writeHead({ ...queue, messages: queue.messages.slice(1) }),
  }),
  'forgets how far was handled': (real) => ({ writeHead: (queue) => real.writeHead({ ...queue, last: queue.last - 1 }) }),
};

/** A message that was acknowledged or withdrawn. */
function gone({ last, messages }: Queue): BufferedMessage[] {
  const [first] = messages;
  if (first === undefined) return [];
  const holes = Array.from({ length: last }, (_, index) => index + 1).filter(
    (at) => !messages.some((one) => one.position === at),
  );
  return holes.slice(-1).map((position) => ({ ...first, position }));
}

it.each(Object.entries(writers))('catches a journal that %s', async (_, fault) => {
  vi.resetModules();
  vi.doMock('../src/log/frame.ts', async (original) => {
    const real = await original<FrameModule>();
    return { ...real, ...fault(real) };
  });
  try {
    expect(await wrongWith((await import('./support/power-cuts.ts')).cutPower)).not.toEqual([]);
  } finally {
    vi.doUnmock('../src/log/frame.ts');
  }
});
