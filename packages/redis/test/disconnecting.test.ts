/** A recipient is disconnected at one node: its polls at every other one end, at once or when that one is back. */
import { createCommunicationServer } from '@pollux/core/server';
import { afterAll, describe, expect, it } from 'vitest';
import { openRedisBuffer } from '../src/index.ts';
import { startCluster, startRedis } from '../src/testing/index.ts';
import { holdPoll } from './support/polls.ts';
import { openProxy } from './support/proxy.ts';

const redis = await startRedis();
afterAll(() => redis[Symbol.asyncDispose]());

async function openNode(prefix: string, url: string | readonly string[] = redis.url) {
  const buffer = await openRedisBuffer({ url, prefix, commandTimeoutMs: 500, buckets: 8 });
  const server = createCommunicationServer({ applications: { orders: {} }, buffer });
  const heard: string[] = [];
  server.onDisconnect((recipient) => void heard.push(recipient));
  return {
    server,
    heard,
    buffer,
    async [Symbol.asyncDispose]() {
      await server.close({ drainSeconds: 0 });
      await buffer.close();
    },
  };
}

const held = ({ server }: Awaited<ReturnType<typeof openNode>>) => server.inspect.totals().heldPolls;

describe('a recipient that is disconnected at one node', () => {
  it.each(['alone', 'in a cluster'])('has its polls at another one ended, Redis being %s', { timeout: 60_000 }, async (how) => {
    await using cluster = how === 'alone' ? undefined : await startCluster({ primaries: 3 });
    const url = cluster === undefined ? redis.url : cluster.processes.map((process) => process.url);
    await using here = await openNode('ended:', url);
    await using there = await openNode('ended:', url);
    const names = ['alice', 'bob', 'Zoë \u2028 {1} "x"'];
    for (const name of names) await holdPoll(there.server, name, 25);
    await here.server.disconnect('alice');
    await expect.poll(() => held(there)).toBe(2);
    await here.server.disconnect(names[2] as string);
    await expect.poll(() => held(there)).toBe(1);
    expect(there.heard).toEqual(['alice', names[2]]);
    // Each is heard once, where it was said by that one's own word alone.
    expect(here.heard).toEqual(['alice', names[2]]);
  });

  it('though the word by the channel was lost', async () => {
    await using here = await openNode('silent:');
    await using there = await openNode('silent:');
    await holdPoll(there.server, 'alice', 25);
    await redis.ask(['ACL', 'SETUSER', 'default', '-spublish']);
    try {
      await here.server.disconnect('alice');
      await expect.poll(() => held(there), { timeout: 5000 }).toBe(0);
    } finally {
      await redis.ask(['ACL', 'SETUSER', 'default', '+spublish']);
    }
  });

  it('at a node that could not reach Redis then: once it can', { timeout: 20_000 }, async () => {
    await using proxy = await openProxy(Number(new URL(redis.url).port));
    await using here = await openNode('back:');
    await using there = await openNode('back:', proxy.url);
    await holdPoll(there.server, 'alice', 25);
    proxy.stall();
    await here.server.disconnect('alice');
    await new Promise((done) => setTimeout(done, 100));
    expect(held(there)).toBe(1);
    proxy.resume();
    await expect.poll(() => held(there), { timeout: 10_000 }).toBe(0);
  });

  it('of another life of Redis, which may have lost words: those of the last minute are heard, again or not', async () => {
    await using here = await openNode('era:');
    await using there = await openNode('era:');
    await here.server.disconnect('alice');
    await expect.poll(() => there.heard).toEqual(['alice']);
    await redis.ask(['HINCRBY', 'era:{0}:t', 'era', '1']);
    await expect.poll(() => there.heard, { timeout: 5000 }).toEqual(['alice', 'alice']);
    const [old] = (await redis.ask(['LRANGE', 'era:{0}:x', '0', '0'])) as string[];
    expect(old).toMatch(/^\d+ \S+ alice$/);
    const minuteAgo = Date.now() - 61_000;
    await redis.ask(['LSET', 'era:{0}:x', '0', String(old).replace(/^\d+/, String(minuteAgo))]);
    await redis.ask(['HINCRBY', 'era:{0}:t', 'era', '1']);
    await here.server.disconnect('bob');
    await expect.poll(() => there.heard, { timeout: 5000 }).toEqual(['alice', 'alice', 'bob']);
  });

  it('is not heard of by a node that begins after it', async () => {
    await using here = await openNode('new:');
    await here.server.disconnect('alice');
    await using there = await openNode('new:');
    await here.server.disconnect('bob');
    await expect.poll(() => there.heard).toEqual(['bob']);
  });
});
