import { createCommunicationServer } from '@pollux/core/server';
import {
  createManualClock,
  createTestCredentials,
  describeWire,
  type WirePeer,
  type WirePeerOptions,
} from '@pollux/core/testing';
import { listen } from '@pollux/node';
import { afterAll, describe, expect, it } from 'vitest';
import { openRedisBuffer } from '../src/index.ts';
import { startRedis } from '../src/testing/index.ts';

const redis = await startRedis();
afterAll(() => redis[Symbol.asyncDispose]());
let buffers = 0;

async function openPeer({ applications, limits, origins }: WirePeerOptions): Promise<WirePeer> {
  const clock = createManualClock(Date.now());
  const buffer = await openRedisBuffer({ url: redis.url, prefix: `w${buffers++}:`, limits, clock });
  const server = createCommunicationServer({ applications, limits, clock, buffer });
  const { authorization, publisher, authenticate, authorizePublisher } = createTestCredentials(clock.now);
  const listening = await listen({ server, clock, origins, authenticate, authorizePublisher });
  const close = async (): Promise<void> => {
    const closed = listening.close({ drainSeconds: 1 });
    await clock.advance(5000);
    await closed;
    await buffer.close();
  };
  return {
    baseUrl: listening.url,
    authorization,
    publisher,
    close,
    clockAdvance: (ms) => clock.advance(ms),
    [Symbol.asyncDispose]: close,
  };
}

describeWire('node:http over redis', { describe, expect, it }, { open: openPeer });
