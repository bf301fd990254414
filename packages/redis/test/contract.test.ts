import type { MessageBuffer } from '@pollux/core/server';
import { createManualClock, describeMessageBuffer, type OpenBuffer } from '@pollux/core/testing';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { openRedisBuffer } from '../src/index.ts';
import { startRedis } from '../src/testing/index.ts';

// One of the two sleeps while Redis's own clock goes on.
vi.setConfig({ testTimeout: 20_000 });

const redis = await startRedis();
afterAll(() => redis[Symbol.asyncDispose]());

type ManualClock = ReturnType<typeof createManualClock>;

interface Opened {
  readonly prefix: string;
  readonly clock: ManualClock | undefined;
}

const opened = new WeakMap<MessageBuffer, Opened>();
let buffers = 0;

async function open(prefix: string, limits: object, clock: ManualClock | undefined): Promise<OpenBuffer> {
  const buffer = await openRedisBuffer({ url: redis.url, prefix, limits, ...(clock === undefined ? {} : { clock }) });
  opened.set(buffer, { prefix, clock });
  return {
    buffer,
    ...(clock === undefined ? {} : { clockAdvance: clock.advance }),
    [Symbol.asyncDispose]: () => buffer.close(),
  };
}

/** The same store, as the buffer found it that was opened before. */
function openAgain(buffer: MessageBuffer, limits: object): Promise<OpenBuffer> {
  const found = opened.get(buffer);
  if (found === undefined) throw new Error('this buffer was not opened here');
  return open(found.prefix, limits, found.clock);
}

for (const [name, createClock] of [
  ['redis', createManualClock],
  ['redis, by its own clock', () => undefined],
] as const) {
  describeMessageBuffer(
    name,
    { describe, expect, it },
    {
      open: ({ limits }) => open(`b${buffers++}:`, limits, createClock()),
      reopen: (closed, { limits }) => openAgain(closed, limits),
      join: (running, { limits }) => openAgain(running, limits),
    },
  );
}
