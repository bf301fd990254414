/** Clocks that go wrong: one that goes back, as after a failover to a process whose clock is behind. */
import { createManualClock } from '@pollux/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openRedisBuffer } from '../src/index.ts';
import { startRedis } from '../src/testing/index.ts';
import { entryOf, readingOf, textsOf } from './support/entries.ts';

const redis = await startRedis();
afterAll(() => redis[Symbol.asyncDispose]());

describe('a clock that goes back', () => {
  it('does not break a queue in which a message is replaced that came later than now', async () => {
    const [before, behind] = await Promise.all(
      [10_000, 0].map((ms) =>
        openRedisBuffer({ url: redis.url, prefix: 'back:', clock: createManualClock(1_700_000_000_000 + ms) }),
      ),
    );
    await before?.append([entryOf('alice', '1', { topic: 't' })]);
    await behind?.append([entryOf('alice', '2', { topic: 't' })]);
    expect(textsOf((await behind?.exchange(readingOf('alice')))?.[0])).toEqual(['2']);
    await behind?.append([entryOf('alice', '3', { topic: 't' }), entryOf('alice', '4')]);
    expect(textsOf((await behind?.exchange(readingOf('alice')))?.[0])).toEqual(['3', '4']);
    await Promise.all([before?.close(), behind?.close()]);
  });
});
