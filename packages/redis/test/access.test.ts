/** The user that docs/deploy names may do all that a buffer does, and nothing else; TLS; settings that are refused. */
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import { describe, expect, it } from 'vitest';
import { openRedisBuffer, type RedisBufferOptions } from '../src/index.ts';
import { type RedisProcess, startCluster, startRedis } from '../src/testing/index.ts';
import { failingCases } from './support/contract.ts';
import { entryOf, readingOf, textsOf, untilDone } from './support/entries.ts';

const guide = readFileSync(new URL('../../../docs/deploy/redis.md', import.meta.url), 'utf8');

/** Makes the user of the guide; gives the address that names it. */
async function withUser(redis: RedisProcess, without?: string): Promise<string> {
  const line = /^user pollux .*$/m.exec(guide)?.[0] ?? '';
  const rules = line.split(' ').slice(1);
  expect(rules.length).toBeGreaterThan(30);
  await redis.ask(['ACL', 'SETUSER', ...rules.filter((rule) => rule !== without)]);
  return redis.url.replace('redis://', 'redis://pollux:change-me@');
}

const as = (url: string | readonly string[]) => (more: Partial<RedisBufferOptions>) =>
  openRedisBuffer({ url, buckets: 4, ...more });

describe('the user of the guide', () => {
  it('passes the whole contract', { timeout: 120_000 }, async () => {
    await using redis = await startRedis();
    expect(await failingCases(as(await withUser(redis)))).toEqual([]);
  });

  it('needs no more in a cluster', { timeout: 180_000 }, async () => {
    await using cluster = await startCluster({ primaries: 3 });
    const urls = await Promise.all(cluster.processes.map((process) => withUser(process)));
    expect(await failingCases(as(urls), { only: 'port:' })).toEqual([]);
  });

  it('needs each of its commands but the one that may be left out', { timeout: 120_000 }, async () => {
    await using redis = await startRedis();
    expect(await failingCases(as(await withUser(redis, '+config|get')), { only: 'port:' })).toEqual([]);
    await redis.ask(['ACL', 'DELUSER', 'pollux']);
    expect((await failingCases(as(await withUser(redis, '+lset')), { bail: true, only: '6.5' })).length).toBe(1);
  });

  it('reaches no other keys', async () => {
    await using redis = await startRedis();
    const client = createClient({ url: await withUser(redis) });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await expect(client.hGet('another', 'x')).rejects.toThrow('NOPERM');
      await expect(client.sendCommand(['FLUSHALL'])).rejects.toThrow('NOPERM');
      await expect(client.eval("return redis.call('HSET', 'another', 'x', 1)")).rejects.toThrow(
        /NOPERM|can't access|ACL failure/,
      );
    } finally {
      client.destroy();
    }
  });
});

describe('a channel that may not be listened to at first', () => {
  it('is listened to as soon as it may be', async () => {
    await using redis = await startRedis();
    await redis.ask(['ACL', 'SETUSER', 'default', 'resetchannels']);
    const [here, there] = await Promise.all([openRedisBuffer({ url: redis.url }), openRedisBuffer({ url: redis.url })]);
    let woken = 0;
    here.watch({ appended: () => void woken++ });
    await redis.ask(['ACL', 'SETUSER', 'default', 'allchannels']);
    await here.exchange(readingOf('alice'));
    const wake = async (): Promise<number> => {
      await there.append([entryOf('alice', 'm')]);
      return woken;
    };
    await expect.poll(wake, { timeout: 5000, interval: 100 }).toBeGreaterThan(0);
    await Promise.all([here.close(), there.close()]);
  });
});

describe('TLS', () => {
  const certificate = new URL('../../node/test/certificate/', import.meta.url);
  const cert = readFileSync(new URL('certificate.pem', certificate), 'utf8');

  it('is spoken to rediss addresses, and a stranger is refused', async () => {
    const key = join(tmpdir(), `pollux-redis-key-${process.pid}.pem`);
    writeFileSync(key, readFileSync(new URL('key.pem', certificate)), { mode: 0o600 });
    await using redis = await startRedis({}, { key, cert: new URL('certificate.pem', certificate).pathname });
    await expect(openRedisBuffer({ url: redis.url })).rejects.toThrow(/certificate/);
    const buffer = await openRedisBuffer({ url: redis.url, client: { socket: { tls: true, ca: cert, host: 'localhost' } } });
    await buffer.append([entryOf('alice', 'over TLS')]);
    expect(textsOf((await buffer.exchange(readingOf('alice')))[0])).toEqual(['over TLS']);
    await buffer.close();
  });
});

describe('a Redis that may not hold messages', () => {
  it.each([
    [{ 'maxmemory-policy': 'allkeys-lru' }, /maxmemory-policy is allkeys-lru.*Set "maxmemory-policy noeviction"/],
    [{ replicaof: '127.0.0.1 1', 'replica-serve-stale-data': 'yes' }, /it is a replica \(role slave\): name its primary instead/],
  ])('is refused: %j', async (settings, sentence) => {
    await using redis = await startRedis(settings as Readonly<Record<string, string>>);
    await expect(openRedisBuffer({ url: redis.url })).rejects.toThrow(sentence);
  });

  it('is no longer used when its settings are changed while it runs, until they are mended', { timeout: 30_000 }, async () => {
    await using redis = await startRedis({ appendonly: 'yes' });
    const buffer = await openRedisBuffer({ url: redis.url });
    await redis.ask(['CONFIG', 'SET', 'appendonly', 'no']);
    const health = () => buffer.health?.();
    await expect.poll(health, { timeout: 10_000 }).toMatchObject({ state: 'degraded' });
    await redis.ask(['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru']);
    const detail = expect.stringContaining('Set "maxmemory-policy noeviction"');
    await expect.poll(health, { timeout: 10_000 }).toMatchObject({ state: 'failed', detail });
    await expect(buffer.append([entryOf('alice', '1')])).rejects.toMatchObject({ code: 'buffer-unavailable' });
    await redis.ask(['CONFIG', 'SET', 'maxmemory-policy', 'noeviction']);
    expect((await untilDone(() => buffer.append([entryOf('alice', '1')]))).value).toMatchObject([{ kind: 'stored' }]);
    await buffer.close();
  });

  it('is told to be without a file, by health', async () => {
    await using redis = await startRedis();
    const buffer = await openRedisBuffer({ url: redis.url });
    expect(buffer.health?.()).toMatchObject({ state: 'degraded', detail: expect.stringContaining('Set "appendonly yes"') });
    await buffer.close();
  });

  it('with a file is well', async () => {
    await using redis = await startRedis({ appendonly: 'yes' });
    const buffer = await openRedisBuffer({ url: redis.url });
    expect(buffer.health?.()).toEqual({ state: 'ok', figures: { connections: 1, appendOnlyFiles: 1 } });
    await buffer.close();
  });

  it('has no room left: publishes are refused as such, reading goes on and makes room', async () => {
    await using redis = await startRedis({ maxmemory: '3mb' });
    const buffer = await openRedisBuffer({ url: redis.url, limits: { queueMessages: 1e6, queueBytes: 1e9, addressBytes: 1e9 } });
    let refusal: unknown;
    for (let count = 0; refusal === undefined && count < 10_000; count++) {
      try {
        await buffer.append([entryOf('alice', 'x'.repeat(1000))]);
      } catch (error) {
        refusal = error;
      }
    }
    expect(refusal).toMatchObject({ code: 'buffer-full' });
    const [first] = await buffer.exchange(readingOf('alice'));
    const end = { epoch: first?.epoch ?? '', position: first?.messages.at(-1)?.position ?? 0 };
    await buffer.exchange(readingOf('alice', end, end));
    expect((await buffer.append([entryOf('alice', 'again')]))[0]?.kind).toBe('stored');
    await buffer.close();
  });
});

describe('waiting for replicas', () => {
  it('accepts what a replica has, and refuses what none has, which its key keeps from being stored twice', {
    timeout: 60_000,
  }, async () => {
    await using redis = await startRedis({ 'repl-diskless-sync-delay': '0' });
    await using replica = await startRedis({ replicaof: `127.0.0.1 ${redis.port}` });
    await expect
      .poll(async () => String(await replica.ask(['INFO', 'replication'])), { timeout: 20_000 })
      .toContain('master_link_status:up');
    const buffer = await openRedisBuffer({ url: redis.url, waitReplicas: 1 });
    const entry = entryOf('alice', '1', { key: 'k' });
    expect((await buffer.append([entry]))[0]?.kind).toBe('stored');
    await replica.kill();
    await expect(buffer.append([entryOf('alice', '2', { key: 'l' })])).rejects.toMatchObject({ code: 'buffer-unavailable' });
    await replica.start();
    await expect
      .poll(async () => String(await replica.ask(['INFO', 'replication'])), { timeout: 20_000 })
      .toContain('master_link_status:up');
    expect((await buffer.append([entryOf('alice', '2', { key: 'l' })]))[0]?.kind).toBe('duplicate');
    expect(textsOf((await buffer.exchange(readingOf('alice')))[0])).toEqual(['1', '2']);
    await buffer.close();
  });

  it('does not have polls refused while they are away, however much is published', { timeout: 30_000 }, async () => {
    await using redis = await startRedis();
    const buffer = await openRedisBuffer({ url: redis.url, waitReplicas: 1 });
    const reasons: string[] = [];
    buffer.watch({ failed: ({ reason }) => void reasons.push(reason) });
    let isOver = false;
    const refused: unknown[] = [];
    const publishing = (async () => {
      while (!isOver) {
        refused.push(Promise.allSettled([buffer.append([entryOf('alice', 'm')])]));
        await new Promise((done) => setTimeout(done, 50));
      }
    })();
    for (let poll = 0; poll < 4; poll++) expect(await buffer.exchange(readingOf('bob'))).toHaveLength(1);
    isOver = true;
    await publishing;
    await Promise.all(refused);
    expect(reasons).toEqual([]);
    await buffer.close();
  });
});
