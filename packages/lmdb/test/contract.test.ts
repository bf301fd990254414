import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageBuffer } from '@pollux/core/server';
import { createManualClock, describeMessageBuffer, type OpenBuffer } from '@pollux/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openLmdbBuffer } from '../src/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'pollux-lmdb-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const paths = new WeakMap<MessageBuffer, string>();
let files = 0;

async function open(path: string, limits: object): Promise<OpenBuffer> {
  const clock = createManualClock();
  const buffer = await openLmdbBuffer({ path, limits, clock });
  paths.set(buffer, path);
  return { buffer, clockAdvance: clock.advance, [Symbol.asyncDispose]: () => buffer.close() };
}

describeMessageBuffer(
  'lmdb',
  { describe, expect, it },
  {
    open: ({ limits }) => open(join(directory, `${files++}.mdb`), limits),
    reopen: (closed, { limits }) => open(paths.get(closed) ?? '', limits),
  },
);
