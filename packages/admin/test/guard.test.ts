import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenAdmin, openAdmin, password } from './support/open-admin.ts';

const json = { 'content-type': 'application/json' };
const body = JSON.stringify({ name: 'admin', password });

describe('the guard', () => {
  let admin: OpenAdmin;
  beforeAll(async () => {
    admin = await openAdmin({ admin: { origins: ['https://admin.example'] } });
  });
  afterAll(() => admin[Symbol.asyncDispose]());

  const login = (headers: Record<string, string>) =>
    admin.send('/trpc/session.login', { method: 'POST', headers: { ...json, ...headers }, body });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', '127.0.0.2.evil.example', 'localhost.evil.example'])(
    'refuses the host %j',
    async (host) => {
      expect((await admin.send('/trpc/session.me', { headers: { host } })).status).toBeGreaterThanOrEqual(400);
    },
  );

  it.each(['localhost', 'LOCALHOST:4101', '127.0.0.1:9', '127.0.0.2:4101', '[::1]:4101', 'admin.example'])(
    'answers the host %j',
    async (host) => {
      expect((await admin.send('/trpc/session.me', { headers: { host } })).status).toBe(200);
    },
  );

  it.each(['https://evil.example', 'null', 'http://127.0.0.1:1', 'https://admin.example.evil'])(
    'refuses the origin %j',
    async (origin) => {
      expect((await login({ origin })).status).toBe(403);
    },
  );

  it('takes its own origin, and none at all from programs that are no browser', async () => {
    expect((await login({ origin: `http://127.0.0.1:${admin.port}` })).status).toBe(200);
    expect((await login({ origin: 'https://admin.example', host: 'admin.example' })).status).toBe(200);
    expect((await login({})).status).toBe(200);
  });

  it.each(['cross-site', 'same-site'])('refuses what a browser calls %s', async (site) => {
    expect((await login({ 'sec-fetch-site': site })).status).toBe(403);
    expect((await admin.send('/trpc/session.me', { headers: { 'sec-fetch-site': site, 'sec-fetch-mode': 'cors' } })).status).toBe(
      403,
    );
  });

  it('refuses forms and plain text, GET for changes, and a large body', async () => {
    expect((await login({ 'content-type': 'text/plain' })).status).toBe(415);
    expect((await login({ 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415);
    expect((await admin.send(`/trpc/session.login?input=${encodeURIComponent(body)}`)).status).toBe(405);
    const large = JSON.stringify({ name: 'admin', password: 'x'.repeat(1_000_000) });
    expect((await admin.send('/trpc/session.login', { method: 'POST', headers: json, body: large })).status).toBe(413);
  });

  it('shows no stack, no path and no cause in errors', async () => {
    const cookie = await admin.signIn('viewer');
    for (const path of [
      '/trpc/nothing.here',
      '/trpc/clients.list?input={',
      '/trpc/clients.list?input={"limit":-1}',
      '/trpc/inject.schemas',
      '/trpc/%E0%A4%A',
      '/trpc/',
    ]) {
      const answer = await admin.send(path, { headers: { cookie } });
      expect(answer.status, path).toBeGreaterThanOrEqual(400);
      expect(answer.body, path).not.toMatch(/stack|node_modules|\.ts:\d|at \w+ \(/);
      expect(answer.headers['cache-control'], path).toBe('no-store');
    }
  });

  it('takes no token that was not given out, however the cookie is written', async () => {
    const name = `pollux_admin_${admin.port}`;
    for (const cookie of [`${name}=`, `${name}=x`, `${name}=${'A'.repeat(43)}`, `${name}=__proto__`, `;;=;${name}`]) {
      expect((await admin.send('/trpc/stats.snapshot', { headers: { cookie } })).status).toBe(401);
    }
  });
});
