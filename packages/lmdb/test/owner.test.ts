/** Whether another process still has a file, where the system says so and where it does not. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { openLmdbBuffer } from '../src/index.ts';
import { bundled } from './support/bundled.ts';
import { entryOf } from './support/entry.ts';

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

it('a file is taken where one that was taking away the note before was killed meanwhile', async () => {
  const path = join(directory, `${files++}.mdb`);
  const gone = '2147483646 ';
  const claim = `${path}.owner.${createHash('sha256').update(gone).digest('hex').slice(0, 8)}`;
  writeFileSync(`${path}.owner`, gone);
  writeFileSync(claim, '2147483645 ');
  await (await openLmdbBuffer({ path })).close();
  expect(existsSync(claim)).toBe(false);
});

it('a note that may not be read is told, rather than asked for again and again', async () => {
  const path = join(directory, `${files++}.mdb`);
  // As any user meets it: a folder cannot be read as a file.
  mkdirSync(`${path}.owner`);
  await expect(openLmdbBuffer({ path })).rejects.toThrow('EISDIR');
});

describe('a file that a process of another container had', () => {
  const elsewhere = '1 1 another-machine/pid:[1]';

  function hadElsewhere(agoMs: number): string {
    const path = join(directory, `${files++}.mdb`);
    writeFileSync(`${path}.owner`, elsewhere);
    const at = new Date(Date.now() - agoMs);
    utimesSync(`${path}.owner`, at, at);
    return path;
  }

  it('is taken at once where it has not shown itself for long', async () => {
    await (await openLmdbBuffer({ path: hadElsewhere(60_000) })).close();
  });

  it('is taken where it does not show itself any more', async () => {
    const path = hadElsewhere(9000);
    const opening = openLmdbBuffer({ path });
    expect(readFileSync(`${path}.owner`, 'latin1')).toBe(elsewhere);
    await (await opening).close();
  });

  it('is refused where it shows itself, whatever runs here under its number', async () => {
    const path = hadElsewhere(1000);
    const showing = setInterval(() => utimesSync(`${path}.owner`, new Date(), new Date()), 300);
    try {
      await expect(openLmdbBuffer({ path })).rejects.toThrow('in use by process 1 of another container or machine');
    } finally {
      clearInterval(showing);
    }
  });

  it('is not written any more where another one took it meanwhile', { timeout: 20_000 }, async () => {
    const path = join(directory, 'taken.mdb');
    const buffer = await openLmdbBuffer({ path });
    const touchedMs = statSync(`${path}.owner`).mtimeMs;
    await vi.waitFor(() => expect(statSync(`${path}.owner`).mtimeMs).toBeGreaterThan(touchedMs), 10_000);
    writeFileSync(`${path}.owner`, elsewhere);
    let published = 0;
    await vi.waitFor(
      () => expect(buffer.append([entryOf('alice', published++)])).rejects.toMatchObject({ problem: { status: 503 } }),
      {
        timeout: 10_000,
        interval: 100,
      },
    );
    // Nor when that one has ended.
    rmSync(`${path}.owner`);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await expect((async () => buffer.append([entryOf('alice', published)]))()).rejects.toMatchObject({
      problem: { status: 503 },
    });
    writeFileSync(`${path}.owner`, elsewhere);
    await buffer.close();
    expect(readFileSync(`${path}.owner`, 'latin1')).toBe(elsewhere);
  });
});

it('a file is taken from a process that has ended, though its parent has not heard of it', async () => {
  // The second sleep is the parent, and asks after no child.
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(said.toString());
    const path = join(directory, 'unheard.mdb');
    await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, 'latin1')).toContain(') Z '), 10_000);
    writeFileSync(`${path}.owner`, `${pid} `);
    await (await openLmdbBuffer({ path })).close();
  } finally {
    parent.kill('SIGKILL');
  }
});

describe('of many that want a file at once', () => {
  const wanting = 6;

  /** What each of them said, in order of the alphabet. */
  async function contend(path: string, hesitatesMs: number, links: string): Promise<string[]> {
    const contender = await bundled('contender');
    const at = String(Date.now() + 1000);
    const all = Array.from({ length: wanting }, () => spawn(process.execPath, [contender, path, at, `${hesitatesMs}`, links]));
    const said = await Promise.all(all.map(async ({ stdout }) => String((await once(stdout, 'data'))[0]).trim()));
    for (const { stdin } of all) stdin.end();
    return said.toSorted();
  }

  it.each([
    ['nobody had', undefined, 0, 'links'],
    ['one had that is gone', '2147483646 ', 0, 'links'],
    ['nobody had, each of them held up', undefined, 100, 'links'],
    ['one had that is gone, each of them held up', '2147483646 ', 100, 'links'],
    ['one had that is gone, each of them held up, without links', '2147483646 ', 100, 'no links'],
    ['one had that was killed before its note said who it is, each of them held up', '', 100, 'no links'],
  ])('one gets what %s', { timeout: 120_000 }, async (what, note, hesitatesMs, links) => {
    for (let round = 0; round < 6; round++) {
      const path = join(directory, `wanted-${what.replaceAll(' ', '-')}-${round}.mdb`);
      if (note !== undefined) writeFileSync(`${path}.owner`, note);
      expect(await contend(path, hesitatesMs, links)).toEqual(['has', ...Array.from({ length: wanting - 1 }, () => 'refused')]);
      // What they asked one another with is gone.
      expect(readdirSync(directory).filter((name) => name.startsWith(`${basename(path)}.`))).toEqual([`${basename(path)}.owner`]);
    }
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
