/** Closing a buffer while something is under way. */
import { describe, expect, it } from 'vitest';
import { openRedisBuffer } from '../src/index.ts';
import { startRedis } from '../src/testing/index.ts';
import { entryOf } from './support/entries.ts';

describe('a buffer that is closed', () => {
  it('waits for what is under way', async () => {
    await using redis = await startRedis();
    const buffer = await openRedisBuffer({ url: redis.url });
    const appended = buffer.append([entryOf('alice', '1')]);
    await new Promise((done) => setImmediate(done));
    await buffer.close();
    expect(await appended).toMatchObject([{ kind: 'stored' }]);
  });

  it('waits no longer than for any answer, where Redis hangs: calls are refused, and it is closed', async () => {
    await using redis = await startRedis();
    const buffer = await openRedisBuffer({ url: redis.url, commandTimeoutMs: 300 });
    redis.signal('SIGSTOP');
    const appended = Promise.allSettled([buffer.append([entryOf('alice', '1')])]);
    await new Promise((done) => setTimeout(done, 20));
    const from = performance.now();
    await buffer.close();
    expect(performance.now() - from).toBeLessThan(2000);
    expect(await appended).toMatchObject([{ status: 'rejected', reason: { code: 'buffer-unavailable' } }]);
    redis.signal('SIGCONT');
  });
});
