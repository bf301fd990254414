/** The core of the wire contract over a Redis, on everything that this adapter runs on. Node's own HTTP: packages/redis/test. */
import { describeWire } from '@pollux/core/testing';
import { startRedis } from '@pollux/redis/testing';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { inProcess, onNode, openFetchPeer } from '../fetch-peer.ts';
import { describeRuntime } from '../runtimes/describe-runtime.ts';
import { startBun, startDeno } from '../runtimes/programs.ts';
import { openRemotePeer } from '../runtimes/remote-peer.ts';
import { objectSkips, startWorkerd, type WorkerdOptions } from '../runtimes/workerd.ts';
import { cases, leastBuffers } from './cases.ts';
import type { Place } from './open-buffer.ts';
import { redisBuffers } from './redis-buffers.ts';

// Nothing in a case waits, but the machine may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const redis = await startRedis();
afterAll(() => redis[Symbol.asyncDispose]());
let databases = 0;

/** Describes cases over a database of their own, and that they used it: a server that kept to its memory would pass them. */
function over(name: string, describeCases: (place: Place) => void): void {
  const database = databases++;
  describe(name, () => {
    describeCases({ kind: 'redis', at: `${redis.url}/${database}` });

    it('has stood in Redis', async () => {
      const [, keys] = new RegExp(`db${database}:keys=(\\d+)`).exec(String(await redis.ask(['INFO', 'keyspace']))) ?? [];
      expect(Number(keys)).toBeGreaterThanOrEqual(leastBuffers);
    });
  });
}

const inWorkerd = (redisUrl: string): WorkerdOptions => ({
  module: new URL('../runtimes/redis-worker.ts', import.meta.url),
  redis: redisUrl,
  allowsNode: true,
});

for (const [name, bind] of [
  ['fetch in process', inProcess],
  ['fetch on Node', onNode],
] as const) {
  over(name, ({ at }) => {
    const openBuffer = redisBuffers(at);
    const runner = { describe, expect, it };
    describeWire(`${name} over redis`, runner, { open: (options) => openFetchPeer(options, bind, openBuffer), cases });
  });
}

over('Deno', (place) => describeRuntime('Deno over redis', () => startDeno({ place }), { cases }));

over('Bun', (place) => describeRuntime('Bun over redis', () => startBun({ place }), { cases }));

over('workerd, Durable Object', ({ at }) =>
  describeRuntime('workerd, Durable Object over redis', () => startWorkerd('object-with-node.capnp', inWorkerd(at)), {
    cases,
    skips: objectSkips,
  }),
);

describe('workerd, one isolate', () => {
  it('has no use of Redis: what one request connected brings no answer to another, whose poll is a 503', async () => {
    const program = await startWorkerd('isolate-with-node.capnp', inWorkerd(redis.url));
    try {
      const peer = await openRemotePeer(program.port, { applications: { orders: {} }, limits: {}, origins: [] });
      const body = JSON.stringify({ applications: { orders: { cursor: null } } });
      const headers = { 'content-type': 'application/json', ...peer.authorization('alice') };
      const response = await fetch(`${peer.baseUrl}/poll`, { method: 'POST', headers, body });
      expect([response.status, await response.json()]).toMatchObject([503, { code: 'buffer-unavailable' }]);
    } finally {
      await program.stop();
    }
  });
});
