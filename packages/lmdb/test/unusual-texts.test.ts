/** Texts that a publisher may use and that look like ends of lines, are read again as they were. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openLmdbBuffer } from '../src/index.ts';
import { entryOf } from './support/entry.ts';

const directory = mkdtempSync(join(tmpdir(), 'pollux-lmdb-texts-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it.each([
  ['a line separator', '\u2028'],
  ['a paragraph separator', '\u2029'],
  ['a mark of byte order', '\ufeff'],
  ['a pair of surrogates', '\u{1f600}'],
  ['quotes', '"\\"'],
])('%s', async (what, text) => {
  const path = join(directory, `${what}.mdb`);
  const name = `a${text}b`;
  const entry = { ...entryOf(name, 1), topic: name, key: name, members: `"data":${JSON.stringify(name)}` };
  const before = await openLmdbBuffer({ path });
  await before.append([entry]);
  await before.close();
  const after = await openLmdbBuffer({ path });
  const queue = { address: entry.address, application: entry.application };
  expect(await after.inspect.peek(queue, { limit: 2 })).toMatchObject([{ topic: name, members: entry.members }]);
  expect(await after.append([entry])).toMatchObject([{ kind: 'duplicate' }]);
  await after.close();
});
