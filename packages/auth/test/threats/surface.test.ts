/** What cannot be reached: a second request inside the first, and whatever is not of the wire. */
import { posix } from 'node:path';
import { smuggledRequests } from '@pollux/core/testing';
import { expect } from 'vitest';
import { held, notes } from './polling.ts';
import { describeThreat } from './threat.ts';

describeThreat({
  id: 'T33',
  title: 'a second request inside the body of the first',
  async attack(target) {
    const inner = JSON.stringify(notes('victim', ['smuggled'])[0]);
    const hidden = [
      `POST /pollux/applications/orders/notifications HTTP/1.1`,
      'Host: hub.example',
      `Authorization: Bearer ${target.keys['orders']}`,
      'Content-Type: application/json',
      `Content-Length: ${inner.length}`,
      '',
      inner,
    ].join('\r\n');
    const answers = await Promise.all(
      smuggledRequests(`Bearer ${await target.token('mallory')}`, hidden).map(
        async ([title, bytes]) => [title, await target.raw(bytes)] as const,
      ),
    );
    for (const [title, answer] of answers) {
      // A connection whose framing is in doubt is answered once, and closed.
      expect([title, answer.match(/HTTP\/1\.1 \d{3}/g)?.length ?? 0]).toEqual([title, answer === '' ? 0 : 1]);
      expect([title, /^(?:$|HTTP\/1\.1 400 )|\nconnection: close\r/i.test(answer)]).toEqual([title, true]);
    }
    expect(target.server.inspect.totals().accepted).toBe(0);
    expect(await held(target, 'victim')).toEqual([]);
  },
  without: {
    'the strict parser of Node': { httpOptions: { insecureHTTPParser: true } },
    'one Host': {
      listener: (listener) => (request, response) => {
        const at = request.rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
        request.rawHeaders = request.rawHeaders.filter(
          (name, index) => index === at || index % 2 === 1 || name.toLowerCase() !== 'host',
        );
        listener(request, response);
      },
    },
  },
});

const outside: readonly string[] = [
  ...[
    '/pollux',
    '/pollux/',
    '/pollux//poll',
    '/pollux/poll/',
    '/pollux/./poll',
    '/pollux/../pollux/poll',
    '/pollux/%2e/poll',
    '/pollux/x/../poll',
    '/pollux/%70oll',
    '/Pollux/poll',
    '/pollux/POLL',
  ],
  ...[
    '/pollux/meta/subscribe',
    '/pollux/meta/../poll',
    '/pollux/internal',
    '/pollux/_internal/poll',
    '/pollux/admin',
    '/pollux/trpc',
    '/pollux/metrics',
    '/pollux/console',
    '/pollux/debug',
    '/pollux/cluster',
  ],
  ...[
    '/pollux/applications/orders%2fnotifications',
    '/pollux/applications%2forders/notifications',
    '/pollux/applications/orders/..%2forders/notifications',
    '/pollux/poll%2f',
    '/pollux%2fpoll',
    '/pollux/poll;x=1',
    '/pollux/poll\\',
    '/pollux\\poll',
  ],
  ...[
    '/pollux/.env',
    '/pollux/.git/config',
    '/polluxx/poll',
    '/poll',
    '/',
    '//pollux/poll',
    '/x/../pollux/poll',
    'http://127.0.0.1/pollux/poll',
    '/pollux/poll%00',
    '/pollux/poll%0d%0a',
    '/pollux/development/sign-in',
  ],
];

const borrowed: readonly Readonly<Record<string, string>>[] = [
  ...[
    'x-internal-recipient',
    'x-recipient',
    'x-user',
    'x-forwarded-user',
    'x-remote-user',
    'remote-user',
    'x-authenticated-user',
  ].map((name) => ({ [name]: 'alice' })),
  ...['x-internal', 'x-internal-request', 'x-middleware-subrequest', 'x-pollux-internal', 'x-node-id'].map((name) => ({
    [name]: '1',
  })),
  { 'x-original-url': '/pollux/poll' },
  { 'x-rewrite-url': '/pollux/health' },
  { 'x-http-method-override': 'GET' },
  { forwarded: 'for=127.0.0.1', 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' },
];

describeThreat({
  id: 'T41',
  title: 'a way to what is not of the wire',
  async attack(target) {
    const authorization = `Bearer ${await target.token('alice')}`;
    for (const path of outside) {
      const answer = await target.raw(
        `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\ncontent-length: 19\r\nconnection: close\r\n\r\n{"applications":{}}`,
      );
      expect([path, /^HTTP\/1\.1 (404|400)/.test(answer)]).toEqual([path, true]);
    }
    for (const headers of borrowed) {
      expect([headers, (await target.send('POST', '/pollux/poll', { headers, body: { applications: {} } })).status]).toEqual([
        headers,
        401,
      ]);
      expect([
        headers,
        (await target.send('POST', '/pollux/applications/orders/notifications', { headers, body: notes('alice', [1])[0] }))
          .status,
      ]).toEqual([headers, 401]);
      expect([headers, (await target.send('GET', '/pollux/nothing', { headers })).status]).toEqual([headers, 404]);
    }
    // No name is of the server's own: each is a recipient or an application like any other, or none.
    const key = { authorization: `Bearer ${target.keys['orders']}` };
    for (const name of ['meta', 'service', '__proto__', '*', 'internal', 'admin', '%2e%2e', 'everyone']) {
      expect([
        name,
        (await target.send('POST', `/pollux/applications/${name}/notifications`, { headers: key, body: notes('alice', [1])[0] }))
          .status,
      ]).toEqual([name, 403]);
    }
    expect(await held(target, 'alice')).toEqual([]);
  },
  without: {
    'paths are taken as they stand': {
      listener: (listener) => (request, response) => {
        request.url = posix.normalize(decodeURIComponent((request.url ?? '').replace(/%(?![\da-f]{2})/gi, '%25')));
        listener(request, response);
      },
    },
    'headers name nobody': {
      servlet: (options) => ({
        ...options,
        authenticate: (request) => {
          const recipient = request.header('x-forwarded-user');
          return recipient === undefined ? options.authenticate?.(request) : { recipient };
        },
      }),
    },
    'headers name no other address': {
      listener: (listener) => (request, response) => {
        request.url = String(request.headers['x-rewrite-url'] ?? request.url);
        listener(request, response);
      },
    },
  },
});
