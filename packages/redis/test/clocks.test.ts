/** Clocks that go wrong: one that goes back, as after a failover to a process whose clock is behind, and a node's own. */
import { createManualClock } from '@pollux/core/testing';
import { afterAll, describe, expect, it, vi } from 'vitest';
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

describe('a node whose own clock is wrong', () => {
  it.each([-120, 120])('by %i seconds sees the sessions that stand, and no others', async (seconds) => {
    const now = Date.now() + seconds * 1000;
    const spy = vi.spyOn(Date, 'now').mockReturnValue(now);
    const buffer = await openRedisBuffer({ url: redis.url, prefix: `wrong${seconds}:` }).finally(() => spy.mockRestore());
    await buffer.exchange({ ...readingOf('alice'), session: 's-stands' });
    await buffer.exchange({ ...readingOf('alice'), session: 's-over', keepMs: 1 });
    await new Promise((done) => setTimeout(done, 10));
    const [queue] = await buffer.inspect.queues({ kind: 'recipient', name: 'alice' });
    expect(queue?.sessions.map(({ session }) => session)).toEqual(['s-stands']);
    await buffer.close();
  });
});

describe('times as long as a setting allows', () => {
  it('do not break a queue', async () => {
    const longest = Number.MAX_SAFE_INTEGER;
    const limits = { ttlMaxSeconds: longest, keySeconds: longest, stubSeconds: longest };
    const buffer = await openRedisBuffer({ url: redis.url, prefix: 'long:', limits });
    const entry = entryOf('alice', '1', { ttlSeconds: longest, key: 'k', topic: 't' });
    const [stored] = await buffer.append([entry]);
    expect(await buffer.append([entry])).toMatchObject([{ kind: 'duplicate', id: stored?.kind === 'stored' && stored.id }]);
    await buffer.append([entryOf('alice', '2', { ttlSeconds: longest, topic: 't' })]);
    expect(textsOf((await buffer.exchange(readingOf('alice')))[0])).toEqual(['2']);
    await buffer.close();
  });
});
