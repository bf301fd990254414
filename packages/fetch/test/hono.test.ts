import { createCommunicationServer } from '@pollux/core/server';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { createFetchHandler } from '../src/index.ts';

const poll = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"applications":{"orders":{"cursor":null}}}',
};

describe('within a Hono application', () => {
  it("answers under its base path with the host's user, and leaves the rest to the host", async () => {
    const server = createCommunicationServer({ applications: { orders: {} } });
    const users = new WeakMap<Request, string>();
    const authenticate = ({ native }: { readonly native: unknown }) => {
      const recipient = users.get(native as Request);
      return recipient === undefined ? undefined : { recipient };
    };
    const pollux = createFetchHandler({ server, basePath: '/api/pollux', authenticate });
    const app = new Hono();
    app.use('/api/*', async ({ req }, next) => {
      const user = req.header('x-user');
      if (user !== undefined) users.set(req.raw, user);
      await next();
    });
    app.all('/api/pollux/*', ({ req }) => pollux(req.raw));
    app.get('/api/other', ({ text }) => text('other'));

    expect((await app.request('/api/pollux/poll', poll)).status).toBe(401);
    const headers = { ...poll.headers, 'x-user': 'alice' };
    expect(await (await app.request('/api/pollux/poll', { ...poll, headers })).json()).toMatchObject({
      applications: { orders: {} },
    });
    expect(await (await app.request('/api/other')).text()).toBe('other');
    expect(pollux.matches(new Request('http://localhost/api/pollux/health'))).toBe(true);
    expect(pollux.matches(new Request('http://localhost/api/polluxx'))).toBe(false);
  });
});
