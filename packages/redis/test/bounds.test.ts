/** Publishes that are refused at a bound. */
import { describe, expect, it } from 'vitest';
import { openRedisBuffer } from '../src/index.ts';
import { startRedis } from '../src/testing/index.ts';
import { entryOf, readingOf, textsOf } from './support/entries.ts';

describe('a publish that is refused', () => {
  it('leaves nothing behind, so that the bound is kept however many come', async () => {
    await using redis = await startRedis();
    const buffer = await openRedisBuffer({ url: redis.url, limits: { bufferBytes: 5000, queueBytes: 3000 } });
    const outcomes = await buffer.append(Array.from({ length: 200 }, (_, n) => entryOf(`user${n}`, 'm')));
    const stored = outcomes.filter(({ kind }) => kind === 'stored').length;
    expect(stored).toBeGreaterThan(0);
    expect(await buffer.inspect.totals()).toMatchObject({ addresses: stored, queues: stored, messages: stored });
    expect((await buffer.inspect.totals()).bytes).toBeLessThan(5000 + 512);
    // Three keys of the bucket, and three of each queue with its address.
    expect(await redis.ask(['DBSIZE'])).toBe(3 + 3 * stored);
    await buffer.close();
  });

  it('does not keep the next one of its call from being stored', async () => {
    await using redis = await startRedis();
    const buffer = await openRedisBuffer({ url: redis.url, limits: { queueBytes: 3000 } });
    const entries = [entryOf('alice', 'too large', { size: 4000 }), entryOf('alice', '1'), entryOf('alice', '2')];
    expect((await buffer.append(entries)).map(({ kind }) => kind)).toEqual(['full', 'stored', 'stored']);
    expect(textsOf((await buffer.exchange(readingOf('alice')))[0])).toEqual(['1', '2']);
    expect(await buffer.inspect.totals()).toMatchObject({ addresses: 1, queues: 1, messages: 2, bytes: 712 });
    await buffer.close();
  });

  it('is refused at little cost, however many keys there are of messages that wait', async () => {
    await using redis = await startRedis();
    const buffer = await openRedisBuffer({ url: redis.url, limits: { addressBytes: 30_000 } });
    await buffer.append(Array.from({ length: 200 }, (_, n) => entryOf('alice', `${n}`, { key: `k${n}` })));
    await redis.ask(['CONFIG', 'RESETSTAT']);
    for (let n = 0; n < 50; n++)
      expect(await buffer.append([entryOf('alice', 'm')])).toEqual([{ kind: 'full', bound: 'address' }]);
    const stats = String(await redis.ask(['INFO', 'commandstats']));
    const looked = Number(/cmdstat_hgetall:calls=(\d+)/.exec(stats)?.[1] ?? 0);
    expect(looked).toBeLessThan(10);
    await buffer.close();
  });

  it('is answered though another queue of its address was taken away behind the scripts', async () => {
    await using redis = await startRedis();
    const buffer = await openRedisBuffer({ url: redis.url, limits: { addressBytes: 3000 } });
    await buffer.append([entryOf('alice', '1', { application: 'calls' }), entryOf('alice', '1')]);
    await redis.ask(['DEL', 'pollux:{0}:q:calls:ralice']);
    expect(await buffer.append([entryOf('alice', '2', { size: 3000 })])).toEqual([{ kind: 'full', bound: 'address' }]);
    expect(await buffer.append([entryOf('alice', '2')])).toMatchObject([{ kind: 'stored' }]);
    await buffer.close();
  });
});
