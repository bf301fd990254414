/** Texts that are no names: they come from clients as they please. */
import { afterAll, describe, expect, it } from 'vitest';
import { openRedisBuffer } from '../src/index.ts';
import { startRedis } from '../src/testing/index.ts';
import { entryOf } from './support/entries.ts';

const redis = await startRedis();
afterAll(() => redis[Symbol.asyncDispose]());

describe('a reason for which a message is parked', () => {
  it.each([
    ['is cut within a character', 'broken \ud83d', 'broken \ufffd'],
    ['has lines, spaces and a NUL', 'a\nb c\0%', 'a\nb c\0%'],
  ])('%s', async (_, reason, kept) => {
    const buffer = await openRedisBuffer({ url: redis.url, prefix: `reason${kept.length}:` });
    const [outcome] = await buffer.append([entryOf('alice', '1')]);
    const id = outcome?.kind === 'stored' ? outcome.id : '';
    expect(await buffer.take(id, { kind: 'park', reason })).toBe(true);
    expect(await buffer.find(id)).toMatchObject({ state: 'parked', reason: kept });
    await buffer.close();
  });
});
