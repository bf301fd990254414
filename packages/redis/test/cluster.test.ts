/** Redis Cluster: the whole buffer contract, and slots as the cluster counts them. */
import { describeMessageBuffer } from '@pollux/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openRedisBuffer, type RedisBufferOptions } from '../src/index.ts';
import { slotOf } from '../src/slots.ts';
import { startCluster } from '../src/testing/index.ts';
import { contractOptions } from './support/contract.ts';
import { entryOf } from './support/entries.ts';

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
});
