/**
 * Threats that need the whole process: what it writes (T14), and what its public listener shows (T41). Each attack runs
 * once more with the guard taken away from outside. The other threats are in packages/auth/test/threats.
 */
import { scryptSync } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { poll, publish, tokenFor } from '../support/client.ts';
import { goodConfiguration, key, secret } from '../support/good-configuration.ts';
import { serveHub } from '../support/hub-process.ts';

/** Code that the hub's process runs first. */
function preload(code: string): Record<string, string> {
  const file = join(tmpdir(), `pollux-preload-${process.pid}-${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(file, code);
  onTestFinished(() => rmSync(file, { force: true }));
  return { NODE_OPTIONS: `--import=${file}` };
}

const password = 'the-password-of-the-administrator';
const salt = Buffer.alloc(16, 7);
const derived = scryptSync(password, salt, 32, { cost: 16_384, blockSize: 8, parallelization: 1 });
const hash = `scrypt:16384:8:1:${salt.toString('base64url')}:${derived.toString('base64url')}`;

const wrong = {
  token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJyb290In0.c2lnbmF0dXJl',
  key: 'plx_wrong-key-of-somebody',
  password: 'a-wrong-password-of-somebody',
};

/** Uses every secret, rightly and wrongly; everything that the hub wrote or showed, and the secrets that came up on the way. */
async function useSecrets(
  environment: Record<string, string>,
): Promise<{ readonly shown: string; readonly secrets: readonly string[] }> {
  const configuration = {
    ...goodConfiguration('log.level', 'trace'),
    admin: { port: 0, credentials: [{ name: 'admin', password: hash, role: 'admin' }] },
  };
  await using hub = await serveHub(configuration, [], environment);
  const token = await tokenFor('alice');
  const shown: string[] = [];
  const show = async (answer: Promise<Response>): Promise<Response> => {
    const found = await answer;
    shown.push(await found.clone().text());
    return found;
  };
  const get = (url: string, headers: Record<string, string> = {}): Promise<Response> => fetch(url, { headers });
  await show(publish(hub.url, 1));
  await show(publish(hub.url, 1, { key: wrong.key }));
  await show(poll(hub.url, token));
  await show(poll(hub.url, wrong.token));
  // Where a careless client puts them: in addresses, and in bodies that are wrong.
  for (const name of ['token', 'access_token', 'authorization']) {
    expect((await show(get(`${hub.url}/stream?app=orders&${name}=${token}`))).status).toBe(400);
    expect((await show(fetch(`${hub.url}/poll?${name}=${token}`, { method: 'POST' }))).status).toBe(401);
  }
  await show(poll(hub.url, token, { session: 7, token, key, applications: { [key]: { cursor: token } } }));
  await show(publish(hub.url, 1, { to: { recipients: [] } }));
  const asked = await fetch(`${hub.url}/ticket`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  const { ticket } = (await asked.json()) as { ticket: string };
  const abort = new AbortController();
  expect((await fetch(`${hub.url}/stream?app=orders&ticket=${ticket}`, { signal: abort.signal })).status).toBe(200);
  abort.abort();
  expect((await show(get(`${hub.url}/stream?app=orders&ticket=${ticket}`))).status).toBe(401);
  const signIn = (text: string): Promise<Response> =>
    fetch(`${hub.admin}/trpc/session.login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'admin', password: text }),
    });
  await show(signIn(wrong.password));
  const cookie = (await show(signIn(password))).headers.get('set-cookie')?.split(';')[0] ?? '';
  expect(cookie).toMatch(/=[\w-]{20,}/);
  for (const name of [
    'session.me',
    'stats.snapshot',
    'apps.list',
    'clients.list',
    'buffer.addresses',
    'routing.graph',
    'inject.schemas',
    'no.such',
  ])
    await show(get(`${hub.admin}/trpc/${name}?input=%7B%22limit%22%3A50%7D`, { cookie }));
  await show(get(`${hub.admin}/metrics`));
  hub.child.kill('SIGTERM');
  const { out, err } = await hub.ended;
  const secrets = [
    secret,
    key,
    token,
    ticket,
    password,
    hash,
    cookie.split('=')[1] ?? '',
    wrong.token,
    wrong.key,
    wrong.password,
  ];
  return { shown: [out, err, ...shown].join('\n'), secrets };
}

describe('T14 secrets in logs, answers, metrics and the console', () => {
  it('has no effect', async () => {
    const { shown, secrets } = await useSecrets({});
    expect(shown).toContain('"event":"delivered"');
    expect(secrets.map((each) => each.length >= 16 && shown.includes(each))).toEqual(secrets.map(() => false));
  });

  it.each([
    [
      'no log line is made of a request',
      `import { Server } from 'node:http';
       const { emit } = Server.prototype;
       Server.prototype.emit = function (event, request, ...more) {
         if (event === 'request') console.log(request.method, request.url, JSON.stringify(request.headers));
         return emit.call(this, event, request, ...more);
       };`,
    ],
    [
      'no log line is made of a body',
      `import { IncomingMessage } from 'node:http';
       const { push } = IncomingMessage.prototype;
       IncomingMessage.prototype.push = function (chunk, ...more) {
         if (chunk) console.log(String(chunk));
         return push.call(this, chunk, ...more);
       };`,
    ],
  ])('gets through without the guard: %s', async (_guard, code) => {
    const { shown, secrets } = await useSecrets(preload(code));
    expect(secrets.filter((each) => shown.includes(each))).not.toEqual([]);
  });
});

/** Asks as no ordinary client would: with the path as it stands. */
function statusOf(base: string, path: string, headers: Record<string, string> = {}): Promise<number> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, headers }, (answer) => resolve(answer.resume().statusCode ?? 0))
      .on('error', reject)
      .end();
  });
}

const inside = [
  '/',
  '/metrics',
  '/health',
  '/trpc/session.me',
  '/trpc/stats.snapshot',
  '/console',
  '/admin',
  '/index.html',
  '/assets/',
  '/pollux/metrics',
  '/pollux/trpc/session.me',
  '/pollux/admin/',
  '/pollux/../metrics',
  '/pollux/%2e%2e/metrics',
  '/pollux/development/sign-in',
];
const claims: readonly Record<string, string>[] = [
  {},
  { host: 'localhost' },
  { 'x-internal': '1', 'x-forwarded-for': '127.0.0.1' },
  { 'x-original-url': '/metrics', 'x-rewrite-url': '/metrics' },
  { 'x-forwarded-port': '4101', forwarded: 'for=127.0.0.1;host=localhost' },
];

async function reached(environment: Record<string, string>): Promise<readonly string[]> {
  await using hub = await serveHub(goodConfiguration(), [], environment);
  expect(await statusOf(hub.admin, '/metrics')).toBe(200);
  const found: string[] = [];
  for (const path of inside)
    for (const headers of claims)
      if ((await statusOf(hub.url, path, headers)) !== 404) found.push(`${path} ${JSON.stringify(headers)}`);
  // The console answers under its own names only, so that no foreign name leads a browser to it.
  for (const host of ['evil.example', 'evil.example:4101', '127.0.0.1.evil.example'])
    if ((await statusOf(hub.admin, '/metrics', { host })) < 400) found.push(host);
  return found;
}

describe('T41 the inside of the hub from its public listener', () => {
  it('has no effect', async () => {
    expect(await reached({})).toEqual([]);
  });

  it('gets through without the guard: two listeners, each with its own routes', async () => {
    const together = `import { Server } from 'node:http';
      const servers = [];
      const { emit, listen } = Server.prototype;
      Server.prototype.listen = function (...all) { servers.push(this); return listen.apply(this, all); };
      Server.prototype.emit = function (event, request, ...more) {
        const target = event === 'request' && /metrics|trpc/.test(request.url) ? servers[0] : this;
        return emit.call(target, event, request, ...more);
      };`;
    expect(await reached(preload(together))).not.toEqual([]);
  });
});
