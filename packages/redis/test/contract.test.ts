import { createManualClock, describeMessageBuffer } from '@pollux/core/testing';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { openRedisBuffer } from '../src/index.ts';
import { startRedis } from '../src/testing/index.ts';
import { contractOptions } from './support/contract.ts';

// One of the two sleeps while Redis's own clock goes on.
vi.setConfig({ testTimeout: 20_000 });

const redis = await startRedis();
afterAll(() => redis[Symbol.asyncDispose]());

for (const [name, createClock] of [
  ['redis', createManualClock],
  ['redis, by its own clock', () => undefined],
] as const) {
  const options = contractOptions((more) => openRedisBuffer({ url: redis.url, ...more }), createClock);
  describeMessageBuffer(name, { describe, expect, it }, options);
}
