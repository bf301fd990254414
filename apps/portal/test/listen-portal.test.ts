import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listenPortal } from '../src/server/listen-portal.ts';

const configuration = {
  pollux: 'http://127.0.0.1:4100/pollux',
  calls: 'http://127.0.0.1:1',
  orders: 'http://127.0.0.1:2',
  news: 'http://127.0.0.1:3',
};

async function startPortal() {
  const folder = mkdtempSync(join(tmpdir(), 'portal-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<title>x</title>');
  writeFileSync(join(folder, 'assets', 'a-1.js'), '1');
  const portal = await listenPortal({ host: '127.0.0.1', port: 0, folder, configuration });
  return {
    url: portal.url,
    async [Symbol.asyncDispose]() {
      await portal.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Asks for exactly this target, which `fetch` would tidy up before. */
function statusOf(url: string, target: string): Promise<number | undefined> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path: target }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
}

describe('the server of the page', () => {
  it('serves the page, its assets for ever, and where everything else is', async () => {
    await using portal = await startPortal();
    const page = await fetch(portal.url);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("connect-src 'self' http://127.0.0.1:4100 http://127.0.0.1:1");
    expect((await fetch(`${portal.url}/assets/a-1.js`)).headers.get('cache-control')).toContain('immutable');
    expect(await (await fetch(`${portal.url}/config.json`)).json()).toEqual(configuration);
    expect((await fetch(`${portal.url}/health`)).status).toBe(200);
    expect((await fetch(portal.url, { method: 'POST' })).status).toBe(405);
  });

  it.each(['/../package.json', '/assets/../../x', '/%2e%2e/x', '//etc/passwd', '/assets', '/nothing'])(
    'has nothing at %s',
    async (target) => {
      await using portal = await startPortal();
      expect(await statusOf(portal.url, target)).toBe(404);
    },
  );

  it('leads from localhost to the address that the servers allow', async () => {
    await using portal = await startPortal();
    const { port } = new URL(portal.url);
    const response = await fetch(`http://localhost:${port}/`, { redirect: 'manual' }).catch(() => undefined);
    // Where localhost is IPv6 only, nobody listens there.
    if (response) expect([response.status, response.headers.get('location')]).toEqual([308, `${portal.url}/`]);
  });

  it('says how to build a page that is missing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portal-'));
    await expect(listenPortal({ host: '127.0.0.1', port: 0, folder, configuration })).rejects.toThrow(/npm run build/);
    rmSync(folder, { recursive: true });
  });
});
