/** Nobody is given what another asked for, whatever becomes of answers on their way: threat T36. */
import type { QueueReading } from '@pollux/core/server';
import { createClient } from '@redis/client';
import { afterAll, describe, expect, it } from 'vitest';
import { openRedisBuffer } from '../src/index.ts';
import { startRedis } from '../src/testing/index.ts';
import { entryOf, readingOf, textsOf, untilDone } from './support/entries.ts';
import { openProxy } from './support/proxy.ts';

const redis = await startRedis();
afterAll(() => redis[Symbol.asyncDispose]());

const polls = Number(process.env['POLLUX_SOAK_POLLS'] ?? 10_000);
const recipients = 200;
const names = Array.from({ length: recipients }, (_, index) => `r${index}`);

describe('T36 answers that get lost or late', () => {
  it(`${polls} polls given up behind a stalling proxy: none is answered with another's messages`, {
    timeout: 300_000,
  }, async () => {
    await using proxy = await openProxy(redis.port);
    const direct = await openRedisBuffer({ url: redis.url, prefix: 'stall:' });
    await direct.append(names.map((name) => entryOf(name, `canary of ${name}`)));
    await direct.close();
    // Its connections are given as little time as its commands, which may be too little at first on a busy machine.
    const { value: buffer } = await untilDone(() => openRedisBuffer({ url: proxy.url, prefix: 'stall:', commandTimeoutMs: 40 }));
    let answered = 0;
    let abandoned = 0;
    const foreign: string[] = [];
    const note = (name: string, readings: readonly QueueReading[]): void => {
      answered++;
      const texts = textsOf(readings[0]);
      if (texts.length !== 1 || texts[0] !== `canary of ${name}`) foreign.push(`${name}: ${texts.join()}`);
    };
    try {
      while (abandoned < polls) {
        await untilDone(() => buffer.exchange(readingOf('r0')));
        // Some are answered before it stalls; the rest is on its way when the connection is given up.
        const before = names.slice(0, 20).map(async (name) => note(name, await buffer.exchange(readingOf(name))));
        await Promise.allSettled(before);
        proxy.stall();
        const results = await Promise.allSettled(names.map(async (name) => note(name, await buffer.exchange(readingOf(name)))));
        abandoned += results.filter(({ status }) => status === 'rejected').length;
        // What was held comes after all, to nobody.
        proxy.resume();
      }
      const { value } = await untilDone(() => buffer.exchange(readingOf('r7')));
      expect(textsOf(value[0])).toEqual(['canary of r7']);
    } finally {
      await buffer.close();
    }
    expect(foreign).toEqual([]);
    expect(abandoned).toBeGreaterThanOrEqual(polls);
    expect(answered).toBeGreaterThan(0);
    expect(proxy.connections).toBeGreaterThan(polls / recipients / 2);
  });

  it('an answer that is missing: the next ones are not taken for it', { timeout: 60_000 }, async () => {
    await using proxy = await openProxy(redis.port);
    const buffer = await openRedisBuffer({ url: proxy.url, prefix: 'missing:' });
    const reasons: string[] = [];
    buffer.watch({ failed: ({ reason }) => void reasons.push(reason) });
    try {
      await buffer.append([entryOf('alice', 'for alice'), entryOf('bob', 'for bob')]);
      proxy.swallow();
      const lost = Promise.allSettled([buffer.exchange(readingOf('alice'))]);
      await new Promise((done) => setTimeout(done, 50));
      const [next] = await Promise.allSettled([buffer.exchange(readingOf('bob'))]);
      const [first] = await lost;
      expect([first?.status, next?.status]).toEqual(['rejected', 'rejected']);
      expect(reasons).toEqual(['Redis answered one call with the answer of another.']);
      const { value } = await untilDone(() => buffer.exchange(readingOf('alice')));
      expect(textsOf(value[0])).toEqual(['for alice']);
    } finally {
      await buffer.close();
    }
  });

  it('the same would cross without the echo: a client alone gives one the answer of another', async () => {
    await using proxy = await openProxy(redis.port);
    const client = createClient({ url: proxy.url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.set('alice', 'for alice');
      await client.set('bob', 'for bob');
      proxy.swallow();
      const lost = client.get('alice');
      await new Promise((done) => setTimeout(done, 50));
      void client.get('bob').catch(() => undefined);
      expect(await lost).toBe('for bob');
    } finally {
      client.destroy();
    }
  });
});
