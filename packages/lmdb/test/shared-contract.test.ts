/** The message buffer contract of a file that several processes share, as one of them sees it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageBuffer } from '@pollux/core/server';
import { createManualClock, describeMessageBuffer, type OpenBuffer } from '@pollux/core/testing';
import { joinBuffer, shareBuffer } from '@pollux/node/sharing';
import { afterAll, describe, expect, it } from 'vitest';
import { openLmdbBuffer } from '../src/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'pollux-lmdb-shared-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

type ManualClock = ReturnType<typeof createManualClock>;

/** What was opened, by the buffer that the contract was given. */
interface Opened {
  readonly path: string;
  readonly clock: ManualClock;
  closeOwner(): Promise<void>;
}

const opened = new WeakMap<MessageBuffer, Opened>();
let files = 0;

function find(buffer: MessageBuffer): Opened {
  const found = opened.get(buffer);
  if (found === undefined) throw new Error('this buffer was not opened here');
  return found;
}

async function open(path: string, limits: object): Promise<OpenBuffer> {
  const clock = createManualClock();
  const owned = await openLmdbBuffer({ path, limits, clock });
  const shared = await shareBuffer(owned, { path: `${path}.sock` });
  const buffer = await joinBuffer({ path: `${path}.sock` });
  async function closeOwner(): Promise<void> {
    await shared.close();
    await owned.close();
  }
  opened.set(buffer, { path, clock, closeOwner });
  return {
    buffer,
    clockAdvance: clock.advance,
    async [Symbol.asyncDispose]() {
      await buffer.close();
      await closeOwner();
    },
  };
}

describeMessageBuffer(
  'lmdb, shared between processes',
  { describe, expect, it },
  {
    open: ({ limits }) => open(join(directory, `${files++}.mdb`), limits),
    async reopen(closed, { limits }) {
      const { path, closeOwner } = find(closed);
      await closeOwner();
      return open(path, limits);
    },
    async join(running): Promise<OpenBuffer> {
      const { path, clock } = find(running);
      const buffer = await joinBuffer({ path: `${path}.sock` });
      return { buffer, clockAdvance: clock.advance, [Symbol.asyncDispose]: () => buffer.close() };
    },
  },
);
