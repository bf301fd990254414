/** A Redis that comes back without what it took last: whoever follows a queue is told, and misses nothing in silence. */
import type { AppendOutcome, Place, QueueReading } from '@pollux/core/server';
import { describe, expect, it } from 'vitest';
import { openRedisBuffer, openWithScripts } from '../src/redis-buffer.ts';
import { createScripts, script } from '../src/scripts/index.ts';
import { startRedis } from '../src/testing/index.ts';
import { entryOf, readingOf, textsOf, untilDone } from './support/entries.ts';

function endOf(reading: QueueReading | undefined): Place {
  return { epoch: reading?.epoch ?? '', position: reading?.last ?? 0 };
}

interface Outcome {
  readonly texts: readonly string[];
  readonly reasons: readonly string[];
  readonly ids: number;
}

/** Three messages are kept, two more are taken and read, and forgotten by Redis; what comes then is read on. */
async function rolledBack(makeScripts: typeof createScripts): Promise<Outcome> {
  await using redis = await startRedis();
  const buffer = await openWithScripts({ url: redis.url }, makeScripts);
  try {
    const ids = new Set<string>();
    const put = async (...texts: string[]): Promise<void> => {
      const { value } = await untilDone(() => buffer.append(texts.map((text) => entryOf('alice', text))));
      for (const outcome of value) if (outcome.kind === 'stored') ids.add(outcome.id);
    };
    await put('1', '2', '3');
    await redis.ask(['SAVE']);
    await put('4', '5');
    const [before] = await buffer.exchange(readingOf('alice'));
    expect(textsOf(before)).toEqual(['1', '2', '3', '4', '5']);
    await redis.kill();
    await redis.start();
    await put('6', '7');
    const { value } = await untilDone(() => buffer.exchange(readingOf('alice', endOf(before), endOf(before))));
    return { texts: textsOf(value[0]), reasons: (value[0]?.losses ?? []).map(({ reason }) => reason), ids: ids.size };
  } finally {
    await buffer.close();
  }
}

describe('a Redis that forgot what it took last', () => {
  it('reads go on after it, the possible loss is told, and no id is given twice', { timeout: 60_000 }, async () => {
    expect(await rolledBack(createScripts)).toEqual({ texts: ['6', '7'], reasons: ['reset'], ids: 7 });
  });

  it('without eras the new ones would pass for those that were read', { timeout: 60_000 }, async () => {
    const { texts, reasons, ids } = await rolledBack((limits) => ({
      ...createScripts(limits),
      begin: script("return redis.call('EXISTS', KEYS[1])"),
    }));
    expect([texts, reasons]).toEqual([[], []]);
    expect(ids).toBe(5);
  });
});

describe('a message that may be lost', () => {
  it('is not said to be acknowledged when what follows it is', { timeout: 60_000 }, async () => {
    await using redis = await startRedis();
    const buffer = await openRedisBuffer({ url: redis.url, limits: { sessionSeconds: 1 } });
    await buffer.append([entryOf('alice', '1')]);
    await redis.ask(['SAVE']);
    const [lost] = await buffer.append([entryOf('alice', '2')]);
    await redis.kill();
    await redis.start();
    const { value } = await untilDone(() => buffer.append([entryOf('alice', '3')]));
    const [reading] = await buffer.exchange(readingOf('alice'));
    // It frees nothing until sessions that may have been there had their time to come back.
    await expect
      .poll(async () => (await buffer.exchange(readingOf('alice', endOf(reading), endOf(reading))))[0]?.freed, { timeout: 5000 })
      .toBe(2);
    const stateOf = async (outcome: AppendOutcome | undefined) => buffer.find(outcome?.kind === 'stored' ? outcome.id : '');
    expect(await stateOf(value[0])).toMatchObject({ state: 'gone', reason: 'acknowledged' });
    expect(await stateOf(lost)).toMatchObject({ state: 'gone', reason: 'unknown' });
    await buffer.close();
  });
});

describe('a primary whose place another one had meanwhile', () => {
  it('does not know what that one took: who follows is told', { timeout: 60_000 }, async () => {
    await using first = await startRedis({ 'repl-diskless-sync-delay': '0' });
    await using second = await startRedis({ replicaof: `127.0.0.1 ${first.port}` });
    const buffer = await openRedisBuffer({ url: first.url });
    await buffer.append([entryOf('alice', '1')]);
    const [before] = await buffer.exchange(readingOf('alice'));
    const link = async () => String(await second.ask(['INFO', 'replication']));
    await expect.poll(link, { timeout: 20_000 }).toContain('master_link_status:up');
    // The second one takes over, takes a message, and is gone before the first one has heard of it.
    await second.ask(['REPLICAOF', 'NO', 'ONE']);
    const meanwhile = await openRedisBuffer({ url: second.url });
    expect(await meanwhile.append([entryOf('alice', '2')])).toMatchObject([{ kind: 'stored' }]);
    await meanwhile.close();
    await second.kill();
    await first.ask(['REPLICAOF', '127.0.0.1', String(second.port)]);
    await expect.poll(() => buffer.health?.().state, { timeout: 20_000 }).toBe('failed');
    await first.ask(['REPLICAOF', 'NO', 'ONE']);
    const { value } = await untilDone(() => buffer.exchange(readingOf('alice', endOf(before), endOf(before))));
    await buffer.close();
    expect(value[0]?.losses.map(({ reason }) => reason)).toEqual(['reset']);
  });
});

describe('a node that opens what was there before', () => {
  it('frees nothing for one session lifetime: places may have run out while nobody was there', async () => {
    await using redis = await startRedis();
    const options = { url: redis.url, limits: { sessionSeconds: 60 } };
    const first = await openRedisBuffer(options);
    await first.append([entryOf('alice', '1'), entryOf('alice', '2')]);
    // Two sessions with places that run out at once.
    const short = { ...readingOf('alice'), keepMs: 1 };
    const [reading] = await first.exchange({ ...short, session: 'a' });
    await first.exchange({ ...short, session: 'b' });
    await first.close();
    const later = await openRedisBuffer(options);
    try {
      const back = { ...readingOf('alice', endOf(reading), endOf(reading)), session: 'a' };
      await later.exchange(back);
      expect(textsOf((await later.exchange({ ...readingOf('alice'), session: 'b' }))[0])).toEqual(['1', '2']);
    } finally {
      await later.close();
    }
  });
});
