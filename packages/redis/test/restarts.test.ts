/** Redis is killed and started again under load, with its append-only file always synced: nothing accepted is lost (G9). */
import { CommunicationError } from '@pollux/core';
import type { Place } from '@pollux/core/server';
import { afterAll, describe, expect, it } from 'vitest';
import { openRedisBuffer } from '../src/index.ts';
import { startRedis } from '../src/testing/index.ts';
import { entryOf, readingOf, textsOf, untilDone } from './support/entries.ts';

const redis = await startRedis({ appendonly: 'yes', appendfsync: 'always' });
afterAll(() => redis[Symbol.asyncDispose]());

const restarts = Number(process.env['POLLUX_SOAK_RESTARTS'] ?? 20);
const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** Reads and acknowledges for ever, as a client does; gives what it has handled. */
function reader(buffer: Awaited<ReturnType<typeof openRedisBuffer>>) {
  const seen: string[] = [];
  let place: Place | undefined;
  return {
    seen,
    async turn() {
      const [reading] = await buffer.exchange(readingOf('alice', place, place));
      if (reading === undefined) throw new Error('no reading');
      seen.push(...textsOf(reading));
      const end = reading.more ? (reading.messages.at(-1)?.position ?? reading.after) : reading.last;
      place = { epoch: reading.epoch, position: end };
      return reading;
    },
  };
}

describe('a Redis that is killed and comes back', () => {
  it(`${restarts} times under load: nothing accepted is lost or told twice, nothing is accepted meanwhile`, {
    timeout: 600_000,
  }, async () => {
    const buffer = await openRedisBuffer({ url: redis.url });
    const accepted: string[] = [];
    const codes = new Set<string>();
    const client = reader(buffer);
    const backMs: number[] = [];
    let isOver = false;
    let count = 0;
    const publisher = async (): Promise<void> => {
      while (!isOver) {
        const text = `m${count++}`;
        const { value } = await untilDone(async () => {
          try {
            return await buffer.append([entryOf('alice', text, { key: text })]);
          } catch (error) {
            codes.add(error instanceof CommunicationError ? error.code : String(error));
            throw error;
          }
        });
        if (value[0]?.kind === 'stored' || value[0]?.kind === 'duplicate') accepted.push(text);
        else await pause(5);
      }
    };
    const polling = async (): Promise<void> => {
      while (!isOver) await untilDone(() => client.turn());
    };
    try {
      const load = [publisher(), publisher(), publisher(), polling()];
      for (let round = 0; round < restarts; round++) {
        await pause(100 + Math.random() * 100);
        await redis.kill();
        const before = accepted.length;
        await pause(50);
        expect(accepted.length).toBe(before);
        expect(buffer.health?.().state).toBe('failed');
        await redis.start();
        const up = performance.now();
        await untilDone(() => buffer.append([entryOf('bob', `back ${round}`)]));
        backMs.push(performance.now() - up);
      }
      isOver = true;
      await Promise.all(load);
      for (let messages = 1; messages > 0; ) messages = (await untilDone(() => client.turn())).value.messages.length;
    } finally {
      isOver = true;
      await buffer.close();
    }
    console.log(`${accepted.length} accepted; back after ${Math.max(...backMs).toFixed(0)} ms at most`);
    expect([...codes]).toEqual(['buffer-unavailable']);
    expect(client.seen.length).toBe(new Set(client.seen).size);
    const seen = new Set(client.seen);
    expect(accepted.filter((text) => !seen.has(text))).toEqual([]);
    expect(accepted.length).toBeGreaterThan(restarts);
  });
});
