/** Each measurement of a buffer runs, in a size that says nothing, and measures something. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('../buffers/main.mjs', import.meta.url));

it.each([
  ['accepted', 'bare log', ['perSecond', 'longestStallMs']],
  ['accepted', 'lmdb', ['perSecond', 'longestStallMs']],
  ['polls', 'memory', ['emptyMicroseconds', 'deliveredMicroseconds']],
  ['polls', 'lmdb', ['emptyMicroseconds', 'deliveredMicroseconds']],
  ['polled', 'lmdb', ['servedMicroseconds']],
  ['bytes', 'lmdb', ['messageFile']],
  ['accepted', 'shared', ['perSecond', 'storeMicroseconds']],
  ['polls', 'shared', ['emptyMicroseconds', 'storeEmptyMicroseconds', 'lookMicroseconds']],
  ['accepted', 'bare script', ['perSecond']],
  ['accepted', 'redis', ['perSecond']],
  ['polls', 'redis', ['emptyMicroseconds', 'deliveredMicroseconds']],
  ['bytes', 'redis', ['messageFile', 'keyFile', 'addressFile']],
])('measures %s of %s', async (measurement, contender, figures) => {
  const directory = await mkdtemp(join(tmpdir(), 'pollux-bench-'));
  try {
    const run = [program, measurement, contender, directory, '0.02'];
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', ...run]);
    const found = JSON.parse(stdout) as Record<string, number>;
    for (const figure of figures) expect(found[figure]).toBeGreaterThan(0);
  } finally {
    await rm(directory, { recursive: true });
  }
});
