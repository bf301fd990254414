/**
 * A process that wants a file at a given moment, together with others; says whether it got it, and keeps it. One that hesitates is
 * held up before each word with the file system, mostly shortly, as on a machine that has too much to do. One
 * without links meets a file system that has none.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [path = '', atMs = '0', hesitatesMs = '0', links = 'links'] = process.argv.slice(2);

const asked = ['readFileSync', 'writeFileSync', 'linkSync', 'renameSync', 'rmSync'] as const;
const hand = new Int32Array(new SharedArrayBuffer(4));
if (Number(hesitatesMs) > 0) {
  for (const name of asked) {
    const ask = fs[name] as (...given: unknown[]) => unknown;
    const hesitating = (...given: unknown[]): unknown => {
      if (String(given[0]).startsWith(path)) Atomics.wait(hand, 0, 0, Math.random() ** 6 * Number(hesitatesMs));
      return ask(...given);
    };
    Object.assign(fs, { [name]: hesitating });
  }
}
if (links !== 'links')
  fs.linkSync = () => {
    throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' });
  };
syncBuiltinESMExports();
const { takeOwnership } = await import('../../src/owner/ownership.ts');

while (Date.now() < Number(atMs));
try {
  await takeOwnership(path);
  process.stdout.write('has\n');
} catch (error) {
  process.stdout.write(`${error instanceof Error && error.message.includes('is in use by ') ? 'refused' : error}\n`);
}
// Until its input ends, so that nobody sees it gone.
process.stdin.resume();
