/** What is left behind in Redis, and what it costs to take it away. */
import { createManualClock } from '@pollux/core/testing';
import { describe, expect, it } from 'vitest';
import { openRedisBuffer } from '../src/index.ts';
import { type RedisProcess, startRedis } from '../src/testing/index.ts';
import { entryOf, readingOf } from './support/entries.ts';

async function callsOf(redis: RedisProcess, command: string): Promise<number> {
  const stats = String(await redis.ask(['INFO', 'commandstats']));
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

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
    expect(await callsOf(redis, 'hgetall')).toBeLessThan(turns / 3);
    // In the end none is left.
    for (let turn = 0; turn < 60; turn++) {
      await clock.advance(1000);
      await new Promise((done) => setTimeout(done, 5));
    }
    await expect.poll(() => redis.ask(['HLEN', 'pollux:{0}:k:orders:ralice'])).toBe(0);
    expect((await buffer.inspect.totals()).bytes).toBe(512);
    await buffer.close();
  });
});

describe('keys of a buffer that has little room', () => {
  it('are not looked through again and again, though those of what waits stay', async () => {
    await using redis = await startRedis();
    const clock = createManualClock();
    const buffer = await openRedisBuffer({ url: redis.url, limits: { bufferBytes: 40_000 }, clock });
    const recipients = Array.from({ length: 10 }, (_, n) => `user${n}`);
    for (const name of recipients) {
      await buffer.append(Array.from({ length: 10 }, (_, n) => entryOf(name, `${n}`, { key: `k${n}` })));
      const { address, application } = entryOf(name, '');
      const queue = { address, application, handled: undefined, read: undefined };
      const [reading] = await buffer.exchange({ session: 's', queues: [queue], maxBytes: 1e6, keepMs: 60_000 });
      const place = { epoch: reading?.epoch ?? '', position: 6 };
      await buffer.exchange({ session: 's', queues: [{ ...queue, handled: place, read: place }], maxBytes: 1e6, keepMs: 60_000 });
    }
    const keys = async () => Promise.all(recipients.map((name) => redis.ask(['HLEN', `pollux:{0}:k:orders:r${name}`])));
    expect(new Set(await keys())).toEqual(new Set([10]));
    // So large that next to nothing is left.
    expect(await buffer.append([entryOf('large', 'l', { size: 14_000 })])).toMatchObject([{ kind: 'stored' }]);
    const sweep = async (turns: number) => {
      for (let turn = 0; turn < turns; turn++) {
        await clock.advance(1000);
        await new Promise((done) => setTimeout(done, 20));
      }
    };
    await sweep(5);
    expect(new Set(await keys())).toEqual(new Set([4]));
    expect(await buffer.append([entryOf('large', 'm', { size: 9000 })])).toMatchObject([{ kind: 'stored' }]);
    await sweep(5);
    await redis.ask(['CONFIG', 'RESETSTAT']);
    await sweep(20);
    expect(await callsOf(redis, 'zscan')).toBeGreaterThan(15);
    expect(await callsOf(redis, 'hgetall')).toBe(0);
    await buffer.close();
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
