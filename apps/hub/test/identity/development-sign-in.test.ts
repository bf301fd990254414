import { request } from 'node:http';
import { signTokens } from '@pollux/auth';
import { describe, expect, it } from 'vitest';
import { createDevelopmentSignIn } from '../../src/identity/development-sign-in.ts';
import { createAuthentication } from '../../src/identity/tokens.ts';
import { secret } from '../support/good-configuration.ts';
import { serve } from '../support/http.ts';

const page = 'http://127.0.0.1:4110';
const sign = signTokens({ secret });

async function open() {
  const route = createDevelopmentSignIn({ basePath: '/pollux', origins: [page], sign });
  const server = await serve((req, res) => {
    if (!route(req, res)) res.writeHead(418).end();
  });
  const path = `${server.url}/pollux/development/sign-in`;
  return { ...server, path, [Symbol.asyncDispose]: server[Symbol.asyncDispose] };
}

function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
}

/** `fetch` does not let a test choose `Host`. */
function postAs(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const req = request(url, { method: 'POST', headers: { host, 'content-type': 'application/json' } }, (res) =>
      resolve(res.resume().statusCode),
    );
    req.on('error', reject).end('{"recipient":"alice"}');
  });
}

describe('the development sign-in', () => {
  it('hands out a token that the hub accepts', async () => {
    await using server = await open();
    const answer = await post(server.path, '{"recipient":"alice","groups":["sales"],"applications":["orders"]}', {
      origin: page,
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe(page);
    expect(answer.headers.get('cache-control')).toBe('no-store, no-transform');
    const { token, expires } = (await answer.json()) as { token: string; expires: number };
    expect(expires - Date.now() / 1000).toBeGreaterThan(3590);
    const authenticate = createAuthentication({ secret });
    expect(await authenticate({ header: () => `Bearer ${token}` })).toMatchObject({
      recipient: 'alice',
      groups: ['sales'],
      applications: ['orders'],
    });
  });

  it('answers the preflight of a known page', async () => {
    await using server = await open();
    const answer = await fetch(server.path, {
      method: 'OPTIONS',
      headers: { origin: page, 'access-control-request-method': 'POST' },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe(page);
    expect(answer.headers.get('access-control-allow-headers')).toBe('content-type');
    expect(answer.headers.get('vary')).toBe('origin');
  });

  it('refuses other pages and other names of this machine', async () => {
    await using server = await open();
    const answer = await post(server.path, '{"recipient":"alice"}', { origin: 'https://evil.example' });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(await answer.json()).toMatchObject({ code: 'origin-not-allowed' });
    expect(await postAs(server.path, 'evil.example')).toBe(403);
    expect(await postAs(server.path, 'localhost:4100')).toBe(200);
    expect(await postAs(server.path, '[::1]:4100')).toBe(200);
  });

  it.each([
    { body: 'garbage', status: 400, code: 'malformed-json' },
    { body: 'null', status: 400, code: 'invalid-field', field: 'recipient' },
    { body: '{}', status: 400, code: 'invalid-field', field: 'recipient' },
    { body: '{"recipient":""}', status: 400, code: 'invalid-field', field: 'recipient' },
    { body: '{"recipient":"a\\u0000"}', status: 400, code: 'invalid-field', field: 'recipient' },
    { body: '{"recipient":"a","groups":"b"}', status: 400, code: 'invalid-field', field: 'groups' },
    { body: '{"recipient":"a","applications":["B"]}', status: 400, code: 'invalid-field', field: 'applications' },
    { body: `"${'x'.repeat(20_000)}"`, status: 413, code: 'payload-too-large' },
  ])('answers $status $code', async ({ body, status, ...expected }) => {
    await using server = await open();
    const answer = await post(server.path, body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject(expected);
  });

  it('is one path, one method, one type', async () => {
    await using server = await open();
    expect((await fetch(server.path)).status).toBe(405);
    expect((await post(server.path, '{}', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post(`${server.path}/`, '{}')).status).toBe(418);
    expect((await post(`${server.path}?x=1`, '{"recipient":"alice"}')).status).toBe(200);
  });
});
