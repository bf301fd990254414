/** Redis Cluster: the whole buffer contract, and slots as the cluster counts them. */
import type { MessageBuffer, QuietQueue } from '@pollux/core/server';
import { createManualClock, describeMessageBuffer } from '@pollux/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openRedisBuffer, type RedisBufferOptions } from '../src/index.ts';
import { createKeys } from '../src/keys.ts';
import { slotOf } from '../src/slots.ts';
import { startCluster } from '../src/testing/index.ts';
import { contractOptions } from './support/contract.ts';
import { entryOf, readingOf, textsOf, untilDone } from './support/entries.ts';
import { moveSlot } from './support/move-slot.ts';
import { scriptCalls } from './support/polls.ts';

const cluster = await startCluster({ primaries: 3 });
afterAll(() => cluster[Symbol.asyncDispose]());

const open = (more: Partial<RedisBufferOptions>) => openRedisBuffer({ url: cluster.urls, buckets: 16, ...more });

describeMessageBuffer('redis cluster', { describe, expect, it }, contractOptions(open));

describe('a cluster', () => {
  it('counts slots as this package does', async () => {
    for (const key of ['a', 'pollux:{0}:t', 'pollux:{255}:d', '{}x', 'x{', 'x{y', 'x{}{y}', 'grüße{ü}', ''])
      expect(slotOf(key)).toBe(Number(await cluster.processes[0]?.ask(['CLUSTER', 'KEYSLOT', key])));
  });

  it('is refused with another number of buckets than it was filled with', async () => {
    const first = await open({ prefix: 'counted:', buckets: 8 });
    await first.close();
    await expect(open({ prefix: 'counted:' })).rejects.toThrow('spread over 8 buckets, not 16. Set buckets to 8');
  });

  it('spreads addresses over all its processes', async () => {
    const buffer = await open({ prefix: 'spread:' });
    await buffer.append(Array.from({ length: 300 }, (_, index) => entryOf(`user${index}`, 'm')));
    await buffer.close();
    const counts = await Promise.all(
      cluster.processes.map(async (process) => {
        const keys = (await process.ask(['KEYS', 'spread:*:q:*'])) as string[];
        return keys.length;
      }),
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(300);
    for (const count of counts) expect(count).toBeGreaterThan(30);
  });

  it('is asked by one call for each process whether anything came to many queues', async () => {
    const buffer = await open({ prefix: 'looked:' });
    const names = Array.from({ length: 300 }, (_, index) => `user${index}`);
    const quiet = await Promise.all(names.map((name) => quietOf(buffer, name)));
    const look = () => Promise.all(quiet.map((queue) => buffer.look?.([queue], 60_000)));
    const before = await allCalls();
    expect(await look()).toEqual(quiet.map(() => false));
    // The sweep asks each of the 16 buckets once a second.
    expect((await allCalls()) - before).toBeLessThan(3 + 2 * 16);
    await buffer.append([entryOf('user7', 'm')]);
    expect((await look()).flatMap((isOther, index) => (isOther === true ? [names[index]] : []))).toEqual(['user7']);
    await buffer.close();
  });

  it('may move a slot while a buffer uses it: nothing is lost, nothing stands twice', { timeout: 60_000 }, async () => {
    const buffer = await open({ prefix: 'moved:', buckets: 4 });
    const idle = await open({ prefix: 'moved:', buckets: 4, clock: createManualClock() });
    const names = Array.from({ length: 40 }, (_, index) => `user${index}`);
    const accepted = names.map(() => ['before']);
    await buffer.append(names.map((name) => entryOf(name, 'before')));
    const quiet = await Promise.all(names.map((name) => quietOf(buffer, name)));
    let isMoving = true;
    const publishing = Promise.all(
      names.map(async (name, index) => {
        for (let n = 0; isMoving; n++) {
          await untilDone(() => buffer.append([entryOf(name, `m${n}`, { key: `m${n}` })]));
          accepted[index]?.push(`m${n}`);
        }
      }),
    );
    await moveSlot(cluster, slotOf('moved:{2}:t'));
    isMoving = false;
    await publishing;
    const looked = await Promise.all(quiet.map((queue) => buffer.look?.([queue], 60_000)));
    expect(looked).toEqual(quiet.map(() => true));
    const later = await Promise.all(names.map((name) => quietOf(buffer, name)));
    // One that has not so much as swept since asks for all of them where they were.
    expect(await Promise.all(later.map((queue) => idle.look?.([queue], 60_000)))).toEqual(quiet.map(() => false));
    const read = await Promise.all(names.map(async (name) => textsOf((await buffer.exchange(readingOf(name)))[0])));
    expect(read).toEqual(accepted);
    await Promise.all([buffer.close(), idle.close()]);
  });

  it('may be joined, and reached again, while a slot moves: only what stands there is refused', { timeout: 60_000 }, async () => {
    const buffer = await open({ prefix: 'joined:' });
    const names = Array.from({ length: 60 }, (_, index) => `user${index}`);
    const isAway = (name: string) => createKeys('joined:', 16).bucketOf(`r${name}`).index === 3;
    await buffer.append(names.map((name) => entryOf(name, 'm')));
    const served = async (): Promise<string[]> => {
      const results = await Promise.allSettled(names.map((name) => buffer.exchange(readingOf(name))));
      return names.filter((_, index) => results[index]?.status === 'fulfilled');
    };
    const others = names.filter((name) => !isAway(name));
    const move = async (): Promise<void> => {
      const late = await open({ prefix: 'joined:' });
      await late.close();
      for (const process of cluster.processes) await process.ask(['CLIENT', 'KILL', 'TYPE', 'normal']);
      await expect.poll(served, { timeout: 5000 }).toEqual(others);
    };
    await moveSlot(cluster, slotOf('joined:{3}:t'), move, ['joined:{3}:t']);
    await expect.poll(served, { timeout: 5000 }).toEqual(names);
    await buffer.close();
  });

  it('does nothing by halves while a slot moves: what had to be freed or had expired is so afterwards, and told', {
    timeout: 60_000,
  }, async () => {
    const clock = createManualClock();
    const buffer = await open({ prefix: 'halves:', buckets: 1, clock });
    const names = ['handles', 'waits'];
    await buffer.append(names.map((name) => entryOf(name, '1', { ttlSeconds: name === 'waits' ? 10 : 3600 })));
    const [handles, waits] = await Promise.all(names.map((name) => quietOf(buffer, name)));
    const end = { epoch: handles?.epoch ?? '', position: handles?.last ?? 0 };
    const polls = () =>
      Promise.allSettled([
        buffer.exchange(readingOf('handles', end, end)),
        buffer.exchange(readingOf('waits', { epoch: waits?.epoch ?? '', position: 0 })),
      ]);
    await moveSlot(cluster, slotOf('halves:{0}:t'), async () => {
      await clock.advance(11_000);
      await polls();
    });
    await expect
      .poll(async () => (await polls()).map(({ status }) => status), { timeout: 10_000 })
      .toEqual(['fulfilled', 'fulfilled']);
    const told = (await polls()).map((result) => {
      const [reading] = result.status === 'fulfilled' ? result.value : [];
      const losses = reading?.losses.filter(({ reason }) => reason !== 'reset');
      return { messages: reading?.messages.length, losses: losses?.map(({ reason, count }) => `${count} ${reason}`) };
    });
    expect(told).toEqual([
      { messages: 0, losses: [] },
      { messages: 0, losses: ['1 expired'] },
    ]);
    await buffer.append(names.map((name) => entryOf(name, '2')));
    expect((await buffer.inspect.totals()).messages).toBe(2);
    await buffer.close();
  });
});

describe('a cluster of which a primary is away', () => {
  it('finds and withdraws what stands at the others', { timeout: 60_000 }, async () => {
    await using other = await startCluster({ primaries: 3, settings: { 'cluster-node-timeout': '60000' } });
    const buffer = await openRedisBuffer({ url: other.urls, buckets: 16 });
    const names = Array.from({ length: 30 }, (_, index) => `user${index}`);
    const outcomes = await buffer.append(names.map((name) => entryOf(name, 'm')));
    const ids = outcomes.map((outcome) => (outcome.kind === 'stored' ? outcome.id : ''));
    await other.processes[1]?.kill();
    await expect.poll(() => buffer.health?.().state, { timeout: 5000 }).toBe('degraded');
    const exchanged = await Promise.allSettled(names.map(async (name) => buffer.exchange(readingOf(name))));
    const found = await Promise.allSettled(ids.map(async (id) => buffer.find(id)));
    const statuses = exchanged.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set(['fulfilled', 'rejected']));
    expect(found.map(({ status }) => status)).toEqual(statuses);
    const here = ids[statuses.indexOf('fulfilled')] ?? '';
    expect(await buffer.take(here, { kind: 'withdraw' })).toBe(true);
    await buffer.close();
  });
});

async function allCalls(): Promise<number> {
  const counts = await Promise.all(cluster.processes.map(scriptCalls));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** A recipient's queue as a session finds it. */
async function quietOf(buffer: MessageBuffer, name: string): Promise<QuietQueue> {
  const [reading] = await buffer.exchange(readingOf(name));
  const { epoch = '', last = 0 } = reading ?? {};
  return { address: { kind: 'recipient', name }, application: 'orders', epoch, last };
}
