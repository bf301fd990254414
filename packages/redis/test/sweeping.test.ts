/** What is left behind in Redis, and what it costs to take it away. */
import { createManualClock } from '@pollux/core/testing';
import { describe, expect, it } from 'vitest';
import { openRedisBuffer } from '../src/index.ts';
import { startRedis } from '../src/testing/index.ts';
import { entryOf, readingOf } from './support/entries.ts';

describe('keys whose time is over one after the other', () => {
  it('are not all looked through for each of them', { timeout: 60_000 }, async () => {
    await using redis = await startRedis();
    const clock = createManualClock();
    const limits = { keySeconds: 10, queueMessages: 1e5 };
    const buffer = await openRedisBuffer({ url: redis.url, limits, clock });
    const count = 10_000;
    const entries = Array.from({ length: count }, (_, n) => entryOf('alice', 'm', { key: `k${n}`, ttlSeconds: 1 + n / 200 }));
    await buffer.append(entries);
    await clock.advance(10_000);
    await redis.ask(['CONFIG', 'RESETSTAT']);
    const turns = 20;
    for (let turn = 0; turn < turns; turn++) {
      await clock.advance(1000);
      await new Promise((done) => setTimeout(done, 20));
    }
    expect(await callsOf('hgetall')).toBeLessThan(turns / 3);
    // In the end none is left.
    for (let turn = 0; turn < 60; turn++) {
      await clock.advance(1000);
      await new Promise((done) => setTimeout(done, 5));
    }
    await expect.poll(() => redis.ask(['HLEN', 'pollux:{0}:k:orders:ralice'])).toBe(0);
    expect((await buffer.inspect.totals()).bytes).toBe(512);
    await buffer.close();

    async function callsOf(command: string): Promise<number> {
      const stats = String(await redis.ask(['INFO', 'commandstats']));
      return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
    }
  });
});

describe('a queue that is always read and never written', () => {
  it.each([false, true])(
    'does not keep the places of sessions that are over, where messages stay until they expire: %s',
    async (retain) => {
      await using redis = await startRedis();
      const buffer = await openRedisBuffer({ url: redis.url });
      const poll = async (session: string, keepMs: number) => {
        const { queues, ...asked } = readingOf('alice');
        await buffer.exchange({
          ...asked,
          session,
          keepMs,
          queues: queues.map((queue) => (retain ? { ...queue, retain } : queue)),
        });
      };
      for (let n = 0; n < 50; n++) await poll(`s${n}`, 1);
      await new Promise((done) => setTimeout(done, 10));
      await poll('stands', 60_000);
      for await (const { places } of buffer.inspect.everything())
        expect(places?.map(({ session }) => session)).toEqual(['stands']);
      await buffer.close();
    },
  );

  it('does not keep the names of nodes that are gone', async () => {
    await using redis = await startRedis();
    const length = async () => Number(await redis.ask(['STRLEN', 'pollux:{0}:a:ralice']));
    for (let n = 0; n < 20; n++) {
      const node = await openRedisBuffer({ url: redis.url });
      await node.exchange({ ...readingOf('alice'), keepMs: 1 });
      await node.close();
    }
    expect(await length()).toBeLessThan(200);
  });
});
