/** Hubs that share a Redis. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PollAnswer } from '@pollux/core';
import { startRedis } from '@pollux/redis/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { poll, publish, tokenFor } from '../support/client.ts';
import { goodConfiguration } from '../support/good-configuration.ts';
import { configurationFile, runMain, serveHub } from '../support/hub-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'pollux-hub-redis-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const over = (url: string) => goodConfiguration('buffer', { kind: 'redis', url });

interface Told {
  readonly cursor: string;
  readonly data: unknown[];
  readonly session: string | undefined;
}

async function read(url: string, token: string, body: object = {}): Promise<Told> {
  const response = await poll(url, token, body);
  expect(response.status).toBe(200);
  const answer = (await response.json()) as PollAnswer;
  const section = answer.applications?.['orders'];
  if (section === undefined || 'error' in section) return { cursor: '', data: [], session: answer.session };
  const messages = section.messages ?? [];
  expect(section.gap).toBeUndefined();
  return {
    cursor: section.cursor ?? '',
    data: messages.map((message) => ('data' in message ? message.data : undefined)),
    session: answer.session,
  };
}

describe('hubs over one Redis', () => {
  it('serve one client in turns: nothing lost, nothing repeated', async () => {
    await using redis = await startRedis();
    await using one = await serveHub(over(redis.url));
    await using other = await serveHub(over(redis.url));
    const hubs = [one.url, other.url];
    const token = await tokenFor('alice');
    let { cursor, session } = await read(one.url, token);
    const seen: unknown[] = [];
    for (let round = 0; round < 20; round++) {
      // Asked at one, published at the other: the first is woken.
      const asked = read(hubs[round % 2] as string, token, { session, wait: 20, applications: { orders: { cursor } } });
      expect((await publish(hubs[(round + 1) % 2] as string, round)).status).toBe(202);
      const told = await asked;
      seen.push(...told.data);
      if (told.cursor !== '') cursor = told.cursor;
      session = told.session ?? session;
    }
    while (seen.length < 20) {
      const told = await read(one.url, token, { session, applications: { orders: { cursor } } });
      expect(told.data.length).toBeGreaterThan(0);
      seen.push(...told.data);
      cursor = told.cursor;
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, round) => round));
  });

  it('are workers of one port as well: each has connections of its own', async () => {
    await using redis = await startRedis();
    await using hub = await serveHub({ ...over(redis.url), workers: 2 });
    const consoles = (await hub.line('serving'))['console'] as string[];
    const token = await tokenFor('alice');
    const { cursor, session } = await read(hub.url, token);
    // On two connections, which may be two workers'.
    const asked = read(hub.url, token, { session, wait: 20, applications: { orders: { cursor } } });
    expect((await publish(hub.url, 'woken')).status).toBe(202);
    expect((await asked).data).toEqual(['woken']);
    for (const each of consoles) expect(await (await fetch(`${each}/metrics`)).text()).toMatch(/^pollux_buffer_messages 1$/m);
    hub.child.kill('SIGTERM');
    expect((await hub.ended).code).toBe(0);
  });

  it('takes over what another buffer held: cursors stand', async () => {
    await using redis = await startRedis();
    const file = join(directory, 'moved.jsonl');
    const token = await tokenFor('alice');
    const disk = goodConfiguration('buffer', { kind: 'lmdb', path: join(directory, 'old.mdb') });
    let first: Told;
    {
      await using old = await serveHub(disk);
      for (const data of [1, 2, 3]) expect((await publish(old.url, data)).status).toBe(202);
      first = await read(old.url, token);
    }
    expect(await runMain(['export', file, '--config', configurationFile(disk)])).toMatchObject({ code: 0 });
    expect(await runMain(['import', file, '--config', configurationFile(over(redis.url))])).toMatchObject({ code: 0 });
    await using hub = await serveHub(over(redis.url));
    expect((await publish(hub.url, 4)).status).toBe(202);
    expect((await read(hub.url, token, { applications: { orders: { cursor: first.cursor } } })).data).toEqual([4]);
    expect((await read(hub.url, token)).data).toEqual([1, 2, 3, 4]);
  });

  it('refuses a publish while Redis is away, and goes on when it is back', async () => {
    await using redis = await startRedis({ appendonly: 'yes', appendfsync: 'always' });
    await using hub = await serveHub(over(redis.url));
    expect((await publish(hub.url, 1)).status).toBe(202);
    await redis.kill();
    const refused = await publish(hub.url, 2);
    const text = await refused.text();
    expect([refused.status, JSON.parse(text)]).toMatchObject([503, { code: 'buffer-unavailable' }]);
    // Nobody outside is told what stands behind the hub, nor where; its operator is.
    expect(text).not.toMatch(/redis|127\.0\.0\.1|ECONN/i);
    expect(hub.output()).toMatch(/connection to Redis/);
    await redis.start();
    await expect.poll(async () => (await publish(hub.url, 3)).status, { timeout: 20_000 }).toBe(202);
    const response = await poll(hub.url, await tokenFor('alice'));
    expect(JSON.stringify(await response.json())).toMatch(/"data":1.*"data":3/);
  });

  it('does not start over a Redis that throws away what it holds, or that is not there, and says why', async () => {
    await using redis = await startRedis({ 'maxmemory-policy': 'allkeys-lru' });
    const evicting = await runMain(['serve', '--config', configurationFile(over(redis.url))]);
    expect(evicting.code).not.toBe(0);
    expect(evicting.err).toMatch(/setting buffer\.url.*maxmemory-policy is allkeys-lru.*Set "maxmemory-policy noeviction"/);
    await redis.kill();
    const absent = await runMain(['serve', '--config', configurationFile(over(`redis://u:topsecret@127.0.0.1:${redis.port}`))]);
    expect(absent.code).not.toBe(0);
    expect(absent.err).toMatch(/Cannot open the message buffer at 127\.0\.0\.1:\d+ \(setting buffer\.url\): .*ECONNREFUSED/);
    expect(absent.err).not.toContain('topsecret');
  });
});
