/** Logs are read once per node, and nobody who follows one is given anything else than who reads it afresh. */
import type { MessageBuffer, Place, QueueReading } from '@pollux/core/server';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { openRedisBuffer } from '../src/index.ts';
import type * as LogState from '../src/log-state.ts';
import type * as Logs from '../src/logs.ts';
import { startRedis } from '../src/testing/index.ts';
import { entryOf, textsOf } from './support/entries.ts';
import { compare, expiring, steps } from './support/log-model.ts';
import { scriptCalls } from './support/polls.ts';

vi.setConfig({ testTimeout: 120_000 });

const redis = await startRedis();
afterAll(() => redis[Symbol.asyncDispose]());

describe('who follows a log', () => {
  it('is given what who reads it afresh is given, whatever happens to it', async () => {
    let readings = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        for (const [followed, fresh] of await compare(openRedisBuffer, redis.url, all)) {
          expect(followed).toEqual(fresh);
          readings++;
        }
      }),
      { numRuns: 30, examples: [[expiring]] },
    );
    expect(readings).toBeGreaterThan(100);
  });
});

type Replace = (actual: typeof LogState & typeof Logs) => object;

/** Faults of a node, by the module that they are in. */
const faults: readonly (readonly [name: string, path: string, replace: Replace])[] = [
  ['keeps what left within', '../src/log-state.ts', ({ stateAfter }) => ({ stateAfter: keeping(stateAfter) })],
  ['begins elsewhere', '../src/log-state.ts', ({ readLog }) => ({ readLog: beginning(readLog) })],
  ['does not see that messages expire', '../src/log-state.ts', ({ stateAfter }) => ({ stateAfter: everlasting(stateAfter) })],
  ['is not told of its own changes', '../src/logs.ts', ({ createLogs }) => ({ createLogs: deaf(createLogs) })],
];

const keeping =
  (stateAfter: typeof LogState.stateAfter): typeof stateAfter =>
  (known, answer) =>
    stateAfter(known, answer) ?? known;
const beginning =
  (readLog: typeof LogState.readLog): typeof readLog =>
  (log, asked, maxBytes) =>
    readLog(log, { ...asked, newest: 1 }, maxBytes);
const everlasting =
  (stateAfter: typeof LogState.stateAfter): typeof stateAfter =>
  (known, answer) => {
    const state = stateAfter(known, answer);
    return state && { ...state, expiresMs: Number.POSITIVE_INFINITY };
  };
const deaf =
  (createLogs: typeof Logs.createLogs): typeof createLogs =>
  (context) => ({ ...createLogs(context), changed: () => undefined });

describe('the comparison catches a node', () => {
  it.each(faults)('that %s', async (_name, path, replace) => {
    vi.resetModules();
    vi.doMock(path, async (original) => {
      const actual = (await original()) as typeof LogState & typeof Logs;
      return { ...actual, ...replace(actual) };
    });
    const { openRedisBuffer: openFaulty } = await import('../src/index.ts');
    vi.doUnmock(path);
    const isSame = fc.asyncProperty(steps, async (all) =>
      (await compare(openFaulty, redis.url, all)).every(
        ([followed, fresh]) => JSON.stringify(followed) === JSON.stringify(fresh),
      ),
    );
    expect((await fc.check(isSame, { numRuns: 60, endOnFailure: true, examples: [[expiring]] })).failed).toBe(true);
  });
});

const everyone = { kind: 'everyone' } as const;

/** Sessions that follow everyone's log at one node. */
function followersOf(buffer: MessageBuffer, count: number) {
  let places: (Place | undefined)[] = Array.from({ length: count });
  return async (): Promise<readonly QueueReading[]> => {
    const readings = await Promise.all(
      places.map(async (read, index) => {
        const queue = { address: everyone, application: 'orders', read, handled: read };
        const [reading] = await buffer.exchange({ session: `s${index}`, maxBytes: 1000, keepMs: 60_000, queues: [queue] });
        return reading as QueueReading;
      }),
    );
    places = readings.map(({ epoch, after, messages }) => ({ epoch, position: messages.at(-1)?.position ?? after }));
    return readings;
  };
}

describe('who has read further at another node', () => {
  it('is not taken for one who comes from nowhere', async () => {
    await using here = disposable(await openRedisBuffer({ url: redis.url, prefix: 'further:' }));
    await using there = disposable(await openRedisBuffer({ url: redis.url, prefix: 'further:' }));
    const read = async ({ buffer }: typeof here, place?: Place): Promise<QueueReading> => {
      const queue = { address: everyone, application: 'orders', read: place, handled: undefined };
      return (await buffer.exchange({ session: 's', maxBytes: 1000, keepMs: 60_000, queues: [queue] }))[0] as QueueReading;
    };
    for (let round = 1; round <= 20; round++) {
      const { epoch, last } = await read(here);
      await there.buffer.append([entryOf('', `m${round}`, { address: everyone })]);
      const further = { epoch, position: last + 1 };
      expect(await read(here, further)).toMatchObject({ reset: false, after: round, last: round, messages: [] });
    }
  });
});

describe('a broadcast', () => {
  it('is read from Redis once per node, not once per client', async () => {
    await using here = disposable(await openRedisBuffer({ url: redis.url, prefix: 'broadcast:' }));
    await using there = disposable(await openRedisBuffer({ url: redis.url, prefix: 'broadcast:' }));
    const poll = followersOf(here.buffer, 500);
    expect(await poll()).toHaveLength(500);
    const woken = new Promise((wake) => here.buffer.watch({ appended: wake }));
    const before = await scriptCalls(redis);
    await there.buffer.append([entryOf('', 'for all', { address: everyone })]);
    await woken;
    const readings = await poll();
    // Their next polls say how far they were sent: told once for all of them.
    await poll();
    const calls = (await scriptCalls(redis)) - before;
    expect(readings.map(textsOf)).toEqual(readings.map(() => ['for all']));
    // One to publish, one to read, one to tell what was sent; each node sweeps every second, by one more.
    expect(calls).toBeLessThanOrEqual(3 + 10);
  });
});

function disposable(buffer: MessageBuffer) {
  return { buffer, [Symbol.asyncDispose]: () => buffer.close() };
}
