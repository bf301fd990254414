import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenAdmin, openAdmin } from './support/open-admin.ts';

const page =
  '<!doctype html><base href="/"><meta name="csp-nonce" content="__CSP_NONCE__"><script type="module" src="./assets/main-1a2b3c.js"></script>';

describe('the console is served', () => {
  const root = mkdtempSync(join(tmpdir(), 'pollux-console-'));
  const directory = join(root, 'dist');
  let admin: OpenAdmin;

  beforeAll(async () => {
    mkdirSync(join(directory, 'assets'), { recursive: true });
    writeFileSync(join(root, 'secret.json'), '{"secret":true}');
    writeFileSync(join(directory, 'index.html'), page);
    writeFileSync(join(directory, 'theme.js'), '// theme');
    writeFileSync(join(directory, 'assets', 'main-1a2b3c.js'), `export const text = ${JSON.stringify('x'.repeat(5000))};`);
    writeFileSync(join(directory, 'assets', 'key.pem'), 'no known type');
    admin = await openAdmin({ admin: { basePath: '/tools/console', consoleDirectory: directory } });
  });
  afterAll(async () => {
    await admin[Symbol.asyncDispose]();
    rmSync(root, { recursive: true });
  });

  it('with its base path, at the root and at every page below, also as the file itself', async () => {
    for (const path of [
      '/tools/console/',
      '/tools/console/live?app=orders',
      '/tools/console/messages/abc',
      '/tools/console/clients/s_1',
    ]) {
      const answer = await admin.send(path);
      expect(answer.status, path).toBe(200);
      expect(answer.body, path).toContain('<base href="/tools/console/">');
      expect(answer.headers['cache-control'], path).toBe('no-store');
    }
    expect((await admin.send('/tools/console/index.html')).status).toBe(404);
  });

  it('with a policy that allows no inline script, and styles by a nonce that is new each time', async () => {
    const [one, two] = [await admin.send('/tools/console/'), await admin.send('/tools/console/')];
    const policy = String(one.headers['content-security-policy']);
    const nonce = /style-src 'self' 'nonce-([\w-]{22})'/.exec(policy)?.[1];
    expect(policy).toMatch(/default-src 'none'; script-src 'self';/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(one.body).toContain(`content="${nonce}"`);
    expect(two.headers['content-security-policy']).not.toBe(policy);
    expect(one.headers['x-content-type-options']).toBe('nosniff');
  });

  it('with assets that never change, compressed where the browser can', async () => {
    const plain = await admin.send('/tools/console/assets/main-1a2b3c.js');
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(plain.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(plain.headers['content-encoding']).toBeUndefined();
    const small = await admin.send('/tools/console/assets/main-1a2b3c.js', {
      method: 'HEAD',
      headers: { 'accept-encoding': 'gzip, br' },
    });
    expect(small.headers['content-encoding']).toBe('br');
    expect(Number(small.headers['content-length'])).toBeLessThan(plain.body.length);
    expect((await admin.send('/tools/console/theme.js')).headers['cache-control']).toBe('no-cache');
  });

  it('and compresses without loss', async () => {
    const answer = await fetch(`http://127.0.0.1:${admin.port}/tools/console/assets/main-1a2b3c.js`);
    expect(await answer.text()).toContain('x'.repeat(5000));
    expect(brotliDecompressSync).toBeTypeOf('function');
  });

  it.each([
    '/tools/console/../secret.json',
    '/tools/console/assets/../../secret.json',
    '/tools/console/%2e%2e/secret.json',
    '/tools/console/..%2fsecret.json',
    '/tools/console/..\\secret.json',
    '/tools/console//etc/passwd',
    '/tools/console/assets/key.pem',
    '/tools/console/assets/gone.js',
    '/tools/console/__proto__',
  ])('but nothing outside: %s', async (path) => {
    const answer = await admin.send(path);
    expect(answer.body).not.toMatch(/secret"|root:|no known type/);
    expect(answer.status === 404 || answer.body.startsWith('<!doctype html>')).toBe(true);
  });

  it('and leaves other paths to the host', async () => {
    for (const path of ['/', '/tools', '/tools/consolex', '/pollux/poll'])
      expect((await admin.send(path)).body, path).toBe('host');
    const moved = await admin.send('/tools/console');
    expect([moved.status, moved.headers.location]).toEqual([308, '/tools/console/']);
    expect((await admin.send('/tools/console/', { method: 'POST' })).status).toBe(405);
  });
});
