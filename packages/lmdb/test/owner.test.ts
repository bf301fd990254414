/** Whether another process still has a file, where the system says so and where it does not. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { openLmdbBuffer } from '../src/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'pollux-owner-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
afterEach(() => void vi.restoreAllMocks());

/** A process that the system knows, and knows the beginning of: the one that started this. */
const holder = process.ppid;
let files = 0;

/** A file that another process says it has, and what the system answers when asked for that process. */
function had(by: string, answer: () => true): string {
  const path = join(directory, `${files++}.mdb`);
  writeFileSync(`${path}.owner`, by);
  vi.spyOn(process, 'kill').mockImplementation(answer);
  return path;
}

function refusing(error: Error): () => true {
  return () => {
    throw error;
  };
}

const gone = Object.assign(new Error('kill ESRCH'), { code: 'ESRCH' });
const anothers = Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
/** As Deno refuses it without --allow-run: without any code of the system. */
const notAsked = new Error('Requires run access');

describe('a file that another process had', () => {
  it.each([
    ['still runs', () => true as const],
    ['runs for another user', refusing(anothers)],
    ['cannot be asked for', refusing(notAsked)],
  ])('is refused where that process %s', async (_what, answer) => {
    await expect(openLmdbBuffer({ path: had(`${holder} `, answer) })).rejects.toThrow(`is in use by process ${holder}`);
  });

  it('is taken where there is no such process', async () => {
    const buffer = await openLmdbBuffer({ path: had(`${holder} `, refusing(gone)) });
    await buffer.close();
  });

  it('is taken where the number is now that of another process', async () => {
    const buffer = await openLmdbBuffer({ path: had(`${holder} 1`, () => true) });
    await buffer.close();
  });

  it('is refused where nobody tells when a process began', async () => {
    // No process has the number, so the system tells nothing of its beginning.
    await expect(openLmdbBuffer({ path: had('2147483647 1', () => true) })).rejects.toThrow('in use by process 2147483647');
  });
});

describe('a file that this process has', () => {
  it('is refused under each of its names', async () => {
    const path = join(directory, 'named.mdb');
    const folder = join(directory, 'folder');
    symlinkSync(directory, folder);
    const buffer = await openLmdbBuffer({ path });
    for (const name of [path, `${directory}/./named.mdb`, join(folder, 'named.mdb')])
      await expect(openLmdbBuffer({ path: name })).rejects.toThrow(`in use by process ${process.pid}`);
    await buffer.close();
  });

  it('is taken where an earlier process of the same number had it', async () => {
    for (const note of [`${process.pid} 1`, `${process.pid} `]) {
      const path = join(directory, `${files++}.mdb`);
      writeFileSync(`${path}.owner`, note);
      await (await openLmdbBuffer({ path })).close();
    }
  });

  it('stays so when one that had it before is closed again', async () => {
    const path = join(directory, 'again.mdb');
    const before = await openLmdbBuffer({ path });
    await before.close();
    const buffer = await openLmdbBuffer({ path });
    await before.close();
    await expect(openLmdbBuffer({ path })).rejects.toThrow('in use');
    await buffer.close();
  });
});
