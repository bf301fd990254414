/** What a hub says of its message buffer: to proxies, to Prometheus, to operators. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '@pollux/redis/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { publish } from '../support/client.ts';
import { goodConfiguration } from '../support/good-configuration.ts';
import { serveHub } from '../support/hub-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'pollux-hub-health-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Asked {
  readonly code: number;
  readonly body: unknown;
}

async function ask(url: string): Promise<Asked> {
  const response = await fetch(url);
  return { code: response.status, body: await response.json() };
}

const stateIs = (state: string) => new RegExp(`^pollux_buffer_state\\{state="${state}"\\} 1$`, 'm');

async function metricsOf(admin: string): Promise<string> {
  const response = await fetch(`${admin}/metrics`);
  expect(response.status).toBe(200);
  return response.text();
}

describe('health', () => {
  it('is 503 while Redis is away, and says why to operators; metrics are told all the same', async () => {
    // Without a file of its own it would be degraded.
    await using redis = await startRedis({ appendonly: 'yes' });
    await using hub = await serveHub(goodConfiguration('buffer', { kind: 'redis', url: redis.url }));
    expect(await ask(`${hub.url}/health`)).toEqual({ code: 200, body: { status: 'ok', v: 1 } });
    expect(await metricsOf(hub.admin)).toMatch(/^pollux_buffer_connections 1$/m);
    await redis.kill();
    await expect.poll(() => ask(`${hub.url}/health`)).toEqual({ code: 503, body: { status: 'buffer-unavailable', v: 1 } });
    expect((await publish(hub.url, 1)).status).toBe(503);
    const { code, body } = await ask(`${hub.admin}/health`);
    expect(code).toBe(503);
    expect(body).toMatchObject({ status: 'failed', buffer: { grade: 'redis', state: 'failed', figures: { connections: 0 } } });
    expect((body as { buffer: { detail: string } }).buffer.detail).not.toBe('');
    expect(await metricsOf(hub.admin)).toMatch(stateIs('failed'));
    await redis.start();
    await expect.poll(() => ask(`${hub.url}/health`), { timeout: 10_000 }).toMatchObject({ code: 200 });
    expect(await metricsOf(hub.admin)).toMatch(stateIs('ok'));
  });

  it('tells the size of a file, and that something in it was damaged', async () => {
    const path = join(directory, 'buffer.mdb');
    const configuration = goodConfiguration('buffer', { kind: 'lmdb', path });
    {
      await using hub = await serveHub(configuration);
      expect((await publish(hub.url, 'x'.repeat(500))).status).toBe(202);
      const { body } = await ask(`${hub.admin}/health`);
      expect(body).toMatchObject({ status: 'ok', buffer: { grade: 'disk', state: 'ok', figures: { damagedRecords: 0 } } });
      const text = await metricsOf(hub.admin);
      expect(text).toMatch(stateIs('ok'));
      expect(Number(/^pollux_buffer_file_bytes (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(4096);
      hub.child.kill('SIGTERM');
      await hub.ended;
    }
    const file = readFileSync(path);
    file.write('y', file.lastIndexOf('xxxx'));
    writeFileSync(path, file);
    await using hub = await serveHub(configuration);
    expect(await ask(`${hub.url}/health`)).toMatchObject({ code: 200, body: { status: 'ok' } });
    const { code, body } = await ask(`${hub.admin}/health`);
    expect(code).toBe(200);
    expect(body).toMatchObject({ status: 'degraded', buffer: { state: 'degraded', figures: { damagedRecords: 1 } } });
    expect(await metricsOf(hub.admin)).toMatch(stateIs('degraded'));
    expect(await metricsOf(hub.admin)).toMatch(/^pollux_buffer_renewed_queues 1$/m);
  });

  it('tells nobody under a foreign name what only operators may know', async () => {
    await using hub = await serveHub(goodConfiguration());
    const { hostname, port } = new URL(hub.admin);
    const text = await new Promise<string>((resolve, reject) => {
      const headers = { host: 'rebound.example' };
      const asked = request({ hostname, port, path: '/health', headers }, async (response) => {
        let body = '';
        for await (const part of response) body += part;
        resolve(body);
      });
      asked.on('error', reject).end();
    });
    const { buffer } = JSON.parse(text) as { buffer: object };
    expect(Object.keys(buffer)).toEqual(['grade', 'state']);
  });
});
