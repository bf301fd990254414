import type { RequestView } from '@pollux/core/server';
import session from 'express-session';
import { describe, expect, it, vi } from 'vitest';
import { createExpressHandler } from '../src/index.ts';
import { firstPoll, type Host, notify, post, startCommunication, startHost, versions } from './host.ts';

vi.setConfig({ testTimeout: 30_000 });

interface WithSession {
  readonly session: { user?: string; destroy(done: () => void): void };
}

const authenticate = ({ native }: RequestView) => {
  const { user } = (native as WithSession).session;
  return user === undefined ? undefined : { recipient: user };
};

/** Logs in, and gives the headers that a browser sends from then on. */
async function logIn(host: Host, user: string): Promise<{ readonly cookie: string }> {
  const response = await post(`${host.url}/login`, { user });
  return { cookie: (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
}

describe.each(versions)("the host's own login on %s", (_name, express) => {
  const withSessions = (server = startCommunication()) =>
    express()
      .use(session({ secret: 'for this test only', resave: false, saveUninitialized: false, rolling: true }))
      .post('/login', express.json(), (request, response) => {
        (request as unknown as WithSession).session.user = String(request.body.user);
        response.sendStatus(204);
      })
      .post('/logout', (request, response) => {
        (request as unknown as WithSession).session.destroy(() => void response.sendStatus(204));
      })
      .use('/pollux', createExpressHandler({ server, authenticate }));

  it('who is logged in is who polls; nobody else does', async () => {
    const server = startCommunication();
    await using host = await startHost(withSessions(server));
    const url = `${host.url}/pollux/poll`;
    expect((await post(url, firstPoll)).status).toBe(401);
    const alice = await logIn(host, 'alice');
    const bob = await logIn(host, 'bob');
    notify(server, 'for alice');
    expect(await (await post(url, firstPoll, alice)).text()).toContain('for alice');
    const answered = await post(url, firstPoll, bob);
    expect(await answered.text()).not.toContain('for alice');
    // The session middleware still renews its cookie on answers that are not Express's own.
    expect(answered.headers.get('set-cookie')).toContain('connect.sid=');
    await post(`${host.url}/logout`, {}, alice);
    expect((await post(url, firstPoll, alice)).status).toBe(401);
  });

  it('a held poll and a stream are answered through the session middleware', async () => {
    const server = startCommunication();
    await using host = await startHost(withSessions(server));
    const alice = await logIn(host, 'alice');
    const first = (await (await post(`${host.url}/pollux/poll`, firstPoll, alice)).json()) as {
      readonly session: string;
      readonly applications: { readonly orders: { readonly cursor: string } };
    };
    const { cursor } = first.applications.orders;
    const held = post(
      `${host.url}/pollux/poll`,
      { session: first.session, seq: 2, wait: 20, applications: { orders: { cursor } } },
      alice,
    );
    const stream = await fetch(`${host.url}/pollux/stream?app=orders`, { headers: alice });
    expect(stream.status).toBe(200);
    await expect.poll(() => server.inspect.totals().heldPolls, { timeout: 20_000 }).toBe(2);
    notify(server, 'to both');
    expect(await (await held).text()).toContain('to both');
    await server.close({ drainSeconds: 1 });
    const text = await stream.text();
    expect([text.includes('to both'), text.includes('event: end')]).toEqual([true, true]);
  });

  it("the cookie alone lets no other site's page in", async () => {
    await using host = await startHost(withSessions());
    const alice = await logIn(host, 'alice');
    const url = `${host.url}/pollux/poll`;
    expect(
      (await post(url, firstPoll, { ...alice, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' })).status,
    ).toBe(403);
    expect((await post(url, firstPoll, { ...alice, origin: 'https://evil.example' })).status).toBe(403);
    expect((await post(url, firstPoll, { ...alice, 'sec-fetch-site': 'same-origin', origin: host.url })).status).toBe(200);
    expect((await post(url, firstPoll, { ...alice, origin: host.url })).status).toBe(200);
  });

  it('a user that middleware puts on the request, as passport does, is at hand, also where it comes late', async () => {
    const ofPassport = async ({ native }: RequestView) => {
      const { user } = native as { readonly user?: { readonly id: string } };
      await new Promise((resolve) => void setTimeout(resolve, 5));
      return user === undefined ? undefined : { recipient: user.id };
    };
    const app = express()
      .use((request, _response, next) => {
        const id = request.headers['x-user'];
        if (id !== undefined) Object.assign(request, { user: { id } });
        next();
      })
      .use('/pollux', createExpressHandler({ server: startCommunication(), authenticate: ofPassport }));
    await using host = await startHost(app);
    expect((await post(`${host.url}/pollux/poll`, firstPoll)).status).toBe(401);
    expect((await post(`${host.url}/pollux/poll`, firstPoll, { 'x-user': 'alice' })).status).toBe(200);
  });
});
