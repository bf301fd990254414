import { describe, expect, it } from 'vitest';
import { listenJson, Refusal, type Route } from '../src/applications/shared/json-server.ts';

const origin = 'http://127.0.0.1:4110';

const routes: readonly Route[] = [
  { method: 'GET', path: '/api/things/:id', handle: ({ params }) => ({ json: params }) },
  { method: 'POST', path: '/api/things', handle: ({ body }) => ({ status: 201, json: { body } }) },
  {
    method: 'POST',
    path: '/api/refuse',
    handle: () => {
      throw new Refusal(409, 'Moved on');
    },
  },
];

async function startServer() {
  const server = await listenJson({ host: '127.0.0.1', port: 0, origin, routes });
  return { url: server.url, [Symbol.asyncDispose]: () => server.close() };
}

describe('json server', () => {
  it('answers routes, and problems for everything else', async () => {
    await using server = await startServer();
    const get = async (path: string, init?: RequestInit) => {
      const response = await fetch(`${server.url}${path}`, init);
      return [response.status, response.headers.get('content-type'), await response.json()];
    };
    expect(await get('/api/things/a-1')).toEqual([200, 'application/json', { id: 'a-1' }]);
    expect(await get('/api/things', { method: 'POST', body: '{"x":1}' })).toEqual([201, 'application/json', { body: { x: 1 } }]);
    const problem = 'application/problem+json';
    expect(await get('/nothing')).toEqual([404, problem, { status: 404, title: 'There is nothing at /nothing' }]);
    expect(await get('/api/things/%2e%2e')).toEqual([404, problem, expect.anything()]);
    expect(await get('/api/things')).toEqual([405, problem, expect.anything()]);
    expect(await get('/api/things', { method: 'POST', body: '{' })).toEqual([400, problem, expect.anything()]);
    expect(await get('/api/things', { method: 'POST', body: `"${'x'.repeat(20_000)}"` })).toEqual([
      413,
      problem,
      expect.anything(),
    ]);
    expect(await get('/api/refuse', { method: 'POST' })).toEqual([409, problem, { status: 409, title: 'Moved on' }]);
  });

  it('lets exactly one origin call', async () => {
    await using server = await startServer();
    const from = (other: string) => fetch(`${server.url}/api/things/a`, { headers: { origin: other } });
    expect((await from(origin)).headers.get('access-control-allow-origin')).toBe(origin);
    for (const other of ['http://127.0.0.1:41100', 'http://localhost:4110', 'https://127.0.0.1:4110', 'null']) {
      const response = await from(other);
      expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    }
  });

  it('answers a preflight', async () => {
    await using server = await startServer();
    const response = await fetch(`${server.url}/api/things`, { method: 'OPTIONS', headers: { origin } });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-headers')).toBe('content-type');
  });
});
