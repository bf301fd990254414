/** An export out of a Redis that came back without what it took last. */
import { createMemoryBuffer, type Place, type QueueReading, type StoredQueue } from '@pollux/core/server';
import { expect, it } from 'vitest';
import { openRedisBuffer } from '../src/redis-buffer.ts';
import { startRedis } from '../src/testing/index.ts';
import { entryOf, readingOf, textsOf, untilDone } from './support/entries.ts';

function endOf(reading: QueueReading | undefined): Place {
  return { epoch: reading?.epoch ?? '', position: reading?.last ?? 0 };
}

it('what was lost before an export is told where it is imported, and its positions are not given again', {
  timeout: 60_000,
}, async () => {
  await using redis = await startRedis();
  const buffer = await openRedisBuffer({ url: redis.url });
  await buffer.append([entryOf('alice', '1')]);
  await redis.ask(['SAVE']);
  await buffer.append([entryOf('alice', '2')]);
  const [before] = await buffer.exchange(readingOf('alice'));
  await redis.kill();
  await redis.start();
  // Nobody touches the queue before it is exported.
  await untilDone(() => buffer.inspect.totals());
  const stored: StoredQueue[] = [];
  for await (const queue of buffer.inspect.everything()) stored.push(queue);
  await buffer.close();
  const there = createMemoryBuffer();
  for (const queue of stored) expect(await there.restore(queue)).toBe(true);
  await there.append([entryOf('alice', '3'), entryOf('alice', '4')]);
  const [after] = await there.exchange(readingOf('alice', endOf(before), endOf(before)));
  await there.close();
  expect([textsOf(after), (after?.losses ?? []).map(({ reason }) => reason)]).toEqual([['3', '4'], ['reset']]);
});
