import { request } from 'node:http';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { poll, publish, tokenFor } from '../support/client.ts';
import { goodConfiguration, key, secret } from '../support/good-configuration.ts';
import { configurationFile, runHub, serveHub } from '../support/hub-process.ts';

describe('a hub that serves', () => {
  it('delivers what a publisher with a key sends to a client with a token', async () => {
    await using hub = await serveHub(goodConfiguration());
    expect((await publish(hub.url, { id: 7 })).status).toBe(202);
    const answer = await poll(hub.url, await tokenFor('alice'));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      applications: { orders: { messages: [{ kind: 'direct', type: 'order.changed', data: { id: 7 } }] } },
    });
    expect((await fetch(`${hub.url}/health`)).status).toBe(200);
    expect((await fetch(new URL('/elsewhere', hub.url))).status).toBe(404);
  });

  it('lets nobody in without a good token or key', async () => {
    await using hub = await serveHub(goodConfiguration());
    const token = await tokenFor('alice');
    for (const wrong of ['', 'x', `${token}x`, key]) expect((await poll(hub.url, wrong)).status).toBe(401);
    for (const wrong of ['', 'plx_wrong', token]) expect((await publish(hub.url, 1, { key: wrong })).status).toBe(401);
  });

  it('answers pages of the named origins', async () => {
    await using hub = await serveHub(goodConfiguration());
    const preflight = (origin: string): Promise<Response> => fetch(`${hub.url}/poll`, { method: 'OPTIONS', headers: { origin } });
    expect((await preflight('http://127.0.0.1:4110')).headers.get('access-control-allow-origin')).toBe('http://127.0.0.1:4110');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('holds a poll and answers it when something comes', async () => {
    await using hub = await serveHub(goodConfiguration());
    const token = await tokenFor('alice');
    const first = (await (await poll(hub.url, token)).json()) as {
      session: string;
      applications: { orders: { cursor: string } };
    };
    const { cursor } = first.applications.orders;
    const held = poll(hub.url, token, { session: first.session, seq: 1, wait: 25, applications: { orders: { cursor } } });
    await expect
      .poll(async () => (await (await fetch(`${hub.admin}/metrics`)).text()).includes('pollux_held_polls 1'))
      .toBe(true);
    expect(await (await publish(hub.url, 'now')).json()).toMatchObject({ accepted: [{ waiting: 1 }] });
    expect(await (await held).json()).toMatchObject({ applications: { orders: { messages: [{ data: 'now' }] } } });
  });
});

describe('the development sign-in', () => {
  const signIn = (url: string): Promise<Response> =>
    fetch(`${url}/development/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"recipient":"alice"}',
    });

  it('is off by default', async () => {
    await using hub = await serveHub(goodConfiguration());
    expect((await signIn(hub.url)).status).toBe(404);
  });

  it('hands out tokens that poll when it is on, and the log says that it is', async () => {
    await using hub = await serveHub(goodConfiguration('identity.developmentSignIn', true));
    const { token } = (await (await signIn(hub.url)).json()) as { token: string };
    expect((await poll(hub.url, token)).status).toBe(200);
    expect(hub.output()).toContain('the development sign-in is on');
  });
});

describe('the admin listener', () => {
  it('tells metrics by application and reason, and health', async () => {
    await using hub = await serveHub(goodConfiguration('limits', { queueMessages: 1 }));
    await publish(hub.url, 1);
    await publish(hub.url, 2);
    await publish(hub.url, 3, { key: 'plx_wrong' });
    await poll(hub.url, await tokenFor('alice'));
    await poll(hub.url, 'wrong');
    const answer = await fetch(`${hub.admin}/metrics`);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    const text = await answer.text();
    for (const line of [
      'pollux_sessions 1',
      'pollux_held_polls 0',
      'pollux_draining 0',
      'pollux_buffer_messages 1',
      'pollux_notifications_accepted_total{application="orders"} 1',
      'pollux_notifications_accepted_total{application="news"} 0',
      'pollux_notifications_refused_total{application="orders",code="queue-full"} 1',
      'pollux_messages_delivered_total{application="orders"} 1',
      'pollux_messages_acknowledged_total{application="orders"} 0',
      'pollux_application_sessions{application="orders"} 1',
      'pollux_authentication_failures_total{who="client",reason="malformed"} 1',
      'pollux_authentication_failures_total{who="publisher",reason="unknown-key"} 1',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
    expect(text).toMatch(/^pollux_buffer_bytes [1-9]/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
    expect(text).toMatch(/^process_resident_memory_bytes /m);
    expect(await (await fetch(`${hub.admin}/health`)).json()).toMatchObject({ status: 'ok', version: '0.1.0' });
  });

  it('answers targets that are no paths, too', async () => {
    await using hub = await serveHub(goodConfiguration());
    for (const url of [hub.url, hub.admin]) {
      const { hostname, port } = new URL(url);
      for (const path of ['http://elsewhere.example/x', '*', '//']) {
        const status = await new Promise<number | undefined>((resolve, reject) => {
          const asked = request({ hostname, port, path, method: 'OPTIONS' }, (res) => resolve(res.resume().statusCode));
          asked.on('error', reject).end();
        });
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }
    }
  });

  it('is not there unless it is configured', async () => {
    await using hub = await serveHub(goodConfiguration('admin', undefined));
    expect(hub.admin).toBe('undefined');
    expect((await poll(hub.url, await tokenFor('alice'))).status).toBe(200);
  });

  it('keeps strangers out of the procedures', async () => {
    await using hub = await serveHub(goodConfiguration());
    expect((await fetch(`${hub.admin}/trpc/stats.snapshot`)).status).toBe(401);
    expect((await fetch(`${hub.admin}/trpc/session.me`)).status).toBe(200);
  });
});

describe('the log', () => {
  it('at its finest holds no secret, token, key or payload', async () => {
    const hub = await serveHub(goodConfiguration('log.level', 'trace'));
    const token = await tokenFor('alice');
    await publish(hub.url, { note: 'a-private-payload' });
    const { session, applications } = (await (await poll(hub.url, token)).json()) as {
      session: string;
      applications: { orders: { messages: { id: string; cursor: string }[] } };
    };
    const [message] = applications.orders.messages;
    const failed = [{ id: message?.id, reason: 'a-private-payload was bad' }];
    await poll(hub.url, token, { session, seq: 1, failed, applications: { orders: { cursor: message?.cursor } } });
    await poll(hub.url, `${token}-spoilt`);
    await publish(hub.url, 1, { key: 'plx_a-wrong-key' });
    hub.child.kill('SIGTERM');
    const { code, out, err } = await hub.ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('"event":"delivered"');
    for (const known of [secret, key, token, 'a-private-payload', 'plx_a-wrong-key', 'scrypt:']) expect(out).not.toContain(known);
    for (const line of out.trim().split('\n'))
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number), time: expect.any(String) });
  });
});

describe('a port that is taken', () => {
  it.each([
    { set: 'listen.port', says: /127.0.0.1:\d+ is taken by another process.*setting listen.port \(--port, POLLUX_LISTEN_PORT\)/ },
    {
      set: 'admin.port',
      says: /127.0.0.1:\d+ is taken by another process.*setting admin.port \(--admin-port, POLLUX_ADMIN_PORT\)/,
    },
  ])('is named with $set, and the process ends', async ({ set, says }) => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const { port } = squatter.address() as { port: number };
    const { code, err } = await runHub(['serve', '--config', configurationFile(goodConfiguration(set, port))]);
    squatter.close();
    expect(code).toBe(1);
    expect(err).toMatch(says);
    expect(err).not.toMatch(/\n\s+at /);
  });
});
