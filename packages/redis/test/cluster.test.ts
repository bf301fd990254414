/** Redis Cluster: the whole buffer contract, and slots as the cluster counts them. */
import type { MessageBuffer } from '@pollux/core/server';
import { createManualClock, describeMessageBuffer, type OpenBuffer } from '@pollux/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openRedisBuffer } from '../src/index.ts';
import { slotOf } from '../src/slots.ts';
import { startCluster } from '../src/testing/index.ts';

const cluster = await startCluster({ primaries: 3 });
afterAll(() => cluster[Symbol.asyncDispose]());

type ManualClock = ReturnType<typeof createManualClock>;

const opened = new WeakMap<MessageBuffer, { readonly prefix: string; readonly clock: ManualClock }>();
let buffers = 0;

async function open(prefix: string, limits: object, clock: ManualClock): Promise<OpenBuffer> {
  const buffer = await openRedisBuffer({ url: cluster.urls, prefix, buckets: 16, limits, clock });
  opened.set(buffer, { prefix, clock });
  return { buffer, clockAdvance: clock.advance, [Symbol.asyncDispose]: () => buffer.close() };
}

function openAgain(buffer: MessageBuffer, limits: object): Promise<OpenBuffer> {
  const found = opened.get(buffer);
  if (found === undefined) throw new Error('this buffer was not opened here');
  return open(found.prefix, limits, found.clock);
}

describeMessageBuffer(
  'redis cluster',
  { describe, expect, it },
  {
    open: ({ limits }) => open(`b${buffers++}:`, limits, createManualClock()),
    reopen: (closed, { limits }) => openAgain(closed, limits),
    join: (running, { limits }) => openAgain(running, limits),
  },
);

describe('a cluster', () => {
  it('counts slots as this package does', async () => {
    for (const key of ['a', 'pollux:{0}:t', 'pollux:{255}:d', '{}x', 'x{', 'x{y', 'x{}{y}', 'grüße{ü}', ''])
      expect(slotOf(key)).toBe(Number(await cluster.processes[0]?.ask(['CLUSTER', 'KEYSLOT', key])));
  });

  it('is refused with another number of buckets than it was filled with', async () => {
    const first = await openRedisBuffer({ url: cluster.urls, prefix: 'counted:', buckets: 8 });
    await first.close();
    await expect(openRedisBuffer({ url: cluster.urls, prefix: 'counted:', buckets: 16 })).rejects.toThrow(
      'spread over 8 buckets, not 16. Set buckets to 8',
    );
  });

  it('spreads addresses over all its processes', async () => {
    await using other = await open('spread:', {}, createManualClock());
    const names = Array.from({ length: 300 }, (_, index) => `user${index}`);
    await other.buffer.append(
      names.map((name) => ({
        address: { kind: 'recipient', name },
        application: 'orders',
        members: '"x":1',
        size: 10,
        ttlSeconds: 60,
        urgency: 'normal',
        topic: undefined,
        key: undefined,
        fingerprint: '',
        overflow: 'reject',
      })),
    );
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
