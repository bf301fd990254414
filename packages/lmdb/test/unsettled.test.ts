/** What is not yet on the disk is not moved to another buffer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryBuffer } from '@pollux/core/server';
import { afterAll, expect, it } from 'vitest';
import { openLmdbBuffer } from '../src/index.ts';
import { entryOf } from './support/entry.ts';

const directory = mkdtempSync(join(tmpdir(), 'pollux-lmdb-unsettled-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it('a key goes with its message: published again elsewhere, it is no duplicate of what was never there', async () => {
  const buffer = await openLmdbBuffer({ path: join(directory, 'buffer.mdb') });
  await buffer.append([entryOf('alice', 1)]);
  const writing = buffer.append([entryOf('alice', 2)]);
  const elsewhere = createMemoryBuffer();
  for await (const queue of buffer.inspect.everything()) await elsewhere.restore(queue);
  const outcomes = await elsewhere.append([entryOf('alice', 1), entryOf('alice', 3), entryOf('alice', 2)]);
  expect(outcomes.map(({ kind }) => kind)).toEqual(['duplicate', 'stored', 'stored']);
  await writing;
  await buffer.close();
});
