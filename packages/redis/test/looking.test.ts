/** Looks of held polls: they see whatever an exchange would, change nothing, and cost next to nothing. */
import { type Address, defaultLimits } from '@pollux/core';
import { createCommunicationServer, type MessageBuffer, type QuietQueue } from '@pollux/core/server';
import { afterAll, describe, expect, it } from 'vitest';
import { openRedisBuffer } from '../src/index.ts';
import { openWithScripts } from '../src/redis-buffer.ts';
import { createScripts, script } from '../src/scripts/index.ts';
import { startRedis } from '../src/testing/index.ts';
import { entryOf } from './support/entries.ts';
import { holdPoll, scriptCalls } from './support/polls.ts';

const redis = await startRedis();
afterAll(() => redis[Symbol.asyncDispose]());

let prefixes = 0;
const addresses: Readonly<Record<string, Address>> = {
  'a queue': { kind: 'recipient', name: 'alice' },
  'a log': { kind: 'everyone' },
};
/** For longer than a reading of a log serves. */
const aMoment = () => new Promise((done) => setTimeout(done, 300));

/** What looks say, in order, while something is done to a queue by another node between them. */
async function looked(address: Address, makeScripts = createScripts): Promise<readonly boolean[]> {
  const options = { url: redis.url, prefix: `look${prefixes++}:` };
  const buffer = await openWithScripts(options, makeScripts);
  const other = await openRedisBuffer(options);
  const said: boolean[] = [];
  try {
    const look = async (): Promise<void> => {
      const quiet = await quietOf(buffer, address);
      said.push((await buffer.look?.([quiet], 60_000)) ?? true);
      await aMoment();
      said.push((await buffer.look?.([quiet], 60_000)) ?? true);
    };
    const afterwards = async (change: () => unknown): Promise<void> => {
      const quiet = await quietOf(buffer, address);
      await change();
      await aMoment();
      said.push((await buffer.look?.([quiet], 60_000)) ?? false);
    };
    await look();
    await afterwards(() => other.append([entryOf('', 'new', { address })]));
    await look();
    await afterwards(() => other.erase(address));
    await look();
    // As after a failover: positions were skipped, and that has to be told.
    await afterwards(() => redis.ask(['HINCRBY', `${options.prefix}{0}:t`, 'era', '1']));
    return said;
  } finally {
    await Promise.all([buffer.close(), other.close()]);
  }
}

/** A queue as a session finds it that has read everything. */
async function quietOf(buffer: MessageBuffer, address: Address): Promise<QuietQueue> {
  const queue = { address, application: 'orders', handled: undefined, read: undefined };
  const [reading] = await buffer.exchange({ session: 's', maxBytes: 1000, keepMs: 60_000, queues: [queue] });
  return { address, application: 'orders', epoch: reading?.epoch ?? '', last: reading?.last ?? 0 };
}

const right = [false, false, true, false, false, true, false, false, true];

describe('a look', () => {
  it.each(Object.entries(addresses))('sees whatever happened to %s, and nothing else', async (_, address) => {
    expect(await looked(address)).toEqual(right);
  });

  const whole = 'not record or record.e ~= ARGV[i + 2] or record.l ~= tonumber(ARGV[i + 3]) or record.g ~= eraOf(ARGV[i])';

  it.each([
    ['positions', 'not record or record.e ~= ARGV[i + 2] or record.g ~= eraOf(ARGV[i])'],
    ['eras', 'not record or record.e ~= ARGV[i + 2] or record.l ~= tonumber(ARGV[i + 3])'],
    ['queues that are no more', 'record and (record.l ~= tonumber(ARGV[i + 3]) or record.g ~= eraOf(ARGV[i]))'],
  ])('that is blind for %s is caught', async (_, condition) => {
    const blind: typeof createScripts = (limits) => {
      const { look, ...rest } = createScripts(limits);
      return { ...rest, look: script(look.text.replace(whole, () => condition)) };
    };
    expect(createScripts(defaultLimits).look.text).toContain(whole);
    expect(await looked({ kind: 'recipient', name: 'alice' }, blind)).not.toEqual(right);
  });

  it('of a closed buffer fails with buffer-unavailable', async () => {
    const buffer = await openRedisBuffer({ url: redis.url, prefix: 'closed:' });
    await buffer.close();
    const queue: QuietQueue = { address: { kind: 'everyone' }, application: 'orders', epoch: '', last: 0 };
    await expect(buffer.look?.([queue], 1000)).rejects.toMatchObject({ code: 'buffer-unavailable' });
  });
});

describe('held polls', () => {
  it('look together: far fewer calls than polls', { timeout: 30_000 }, async () => {
    const buffer = await openRedisBuffer({ url: redis.url, prefix: 'held:' });
    const server = createCommunicationServer({ applications: { orders: {} }, buffer, limits: { holdSpreadSeconds: 0 } });
    try {
      const polls = 400;
      const held = await Promise.all(Array.from({ length: polls }, (_, index) => holdPoll(server, `client-${index}`, 8)));
      const before = await scriptCalls(redis);
      const outcomes = await Promise.all(held.map(({ answered }) => answered));
      const calls = (await scriptCalls(redis)) - before;
      expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set([204]));
      // Two looks of each, after 5 s and at its end, and a sweep every second. How many of them share a call is a matter of
      // how fast the machine could hold them all: 150 calls on two slow cores.
      expect(calls).toBeLessThan(polls);
    } finally {
      await server.close({ drainSeconds: 0 });
      await buffer.close();
    }
  });
});
