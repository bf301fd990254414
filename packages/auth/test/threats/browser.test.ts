/** What foreign pages make a browser do, and what stays in caches. */
import type { RequestView } from '@pollux/core/server';
import { expect } from 'vitest';
import { held, notes, polled } from './polling.ts';
import type { Asking, Parts, Reply, Setting, Target } from './target.ts';
import { describeThreat } from './threat.ts';

const byCookie = (value: string) => (request: RequestView) => request.header('cookie')?.includes(value) === true;
const isUser = byCookie('login=alice');

/** A host that knows everybody by cookie, publishers as well. */
const cookieHost: Setting = {
  origins: ['https://portal.example'],
  authenticate: (request) => (isUser(request) ? { recipient: 'alice' } : undefined),
  authorizePublisher: (request) => (isUser(request) ? { applications: ['orders', 'news'] } : undefined),
};
const cookie = { cookie: 'a=b; login=alice' };
const foreign: readonly Readonly<Record<string, string>>[] = [
  { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', origin: 'https://evil.example' },
  { 'sec-fetch-site': 'same-site', origin: 'https://sister.portal.example' },
  { 'sec-fetch-site': 'cross-site' },
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { origin: 'https://portal.example.evil.example' },
];

async function forge(target: Target, method: string, path: string, headers: object, body?: unknown): Promise<number> {
  // A stream that was let in would never end by itself.
  const asking: Asking = {
    headers: { ...cookie, ...headers },
    ...(body !== undefined && { body }),
    signal: AbortSignal.timeout(1000),
  };
  return (await target.send(method, path, asking).catch(() => ({ status: 200 }))).status;
}

describeThreat({
  id: 'T11',
  title: 'a foreign page uses the login of its visitor',
  setting: cookieHost,
  async attack(target) {
    const own = { headers: { ...cookie, 'sec-fetch-site': 'same-origin' } };
    const opened = polled(
      await target.send('POST', '/pollux/poll', { ...own, body: { applications: { orders: { cursor: null } } } }),
    );
    const accepted = await target.send('POST', '/pollux/applications/orders/notifications', {
      ...own,
      body: notes('alice', [1]),
    });
    const id = (JSON.parse(accepted.text) as { accepted: { id: string }[] }).accepted[0]?.id;
    const cursor = (opened.applications?.['orders']?.cursor ?? '')
      .split('.')
      .map((part) => `${part.slice(0, 12)}1`)
      .join('.');
    const note = notes('alice', ['forged'])[0];
    for (const headers of foreign) {
      const attempts = [
        await forge(target, 'POST', '/pollux/poll', headers, {
          session: opened.session,
          wait: 0,
          applications: { orders: { cursor } },
        }),
        await forge(target, 'POST', '/pollux/ack', headers, { session: opened.session, applications: { orders: cursor } }),
        await forge(target, 'POST', '/pollux/ticket', headers, {}),
        await forge(target, 'GET', '/pollux/stream?app=orders', headers),
        await forge(target, 'DELETE', `/pollux/session/${opened.session}`, headers),
        await forge(target, 'POST', '/pollux/applications/orders/notifications', headers, note),
        await forge(target, 'DELETE', `/pollux/applications/orders/notifications/${id}`, headers),
      ];
      expect([headers, attempts]).toEqual([headers, attempts.map(() => 403)]);
    }
    // What an old browser's form can send says nothing of where it comes from, and cannot be JSON.
    for (const type of [
      'text/plain',
      'text/plain; application/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonx',
      '',
    ]) {
      const headers = { 'content-type': type };
      const attempts = [
        await forge(target, 'POST', '/pollux/applications/orders/notifications', headers, note),
        await forge(target, 'POST', '/pollux/poll', headers, {
          session: opened.session,
          wait: 0,
          applications: { orders: { cursor } },
        }),
      ];
      expect([type, attempts]).toEqual([type, [415, 415]]);
    }
    const left = await target.send('POST', '/pollux/poll', {
      ...own,
      body: { wait: 0, applications: { orders: { cursor: null } } },
    });
    expect(polled(left).applications?.['orders']?.messages?.map(({ data }) => data)).toEqual([1]);
    expect(target.server.inspect.session(opened.session)).toBeDefined();
  },
  without: {
    'the browser says where a request comes from': {
      modules: { 'servlet/forgery.ts': () => ({ checkForgery: () => undefined }) },
    },
    'Fetch metadata is looked at before Origin': {
      modules: {
        'servlet/forgery.ts': (actual) => ({
          checkForgery: (exchange: RequestView, origins: unknown) =>
            (actual['checkForgery'] as unknown as (exchange: object, origins: unknown) => unknown)(
              { header: (name: string) => (name === 'sec-fetch-site' ? undefined : exchange.header(name)) },
              origins,
            ),
        }),
      },
    },
    'bodies are JSON by their type': {
      listener: (listener) => (request, response) => {
        if (request.method === 'POST') request.headers['content-type'] = 'application/json';
        listener(request, response);
      },
    },
  },
});

const strangers = [
  ...[
    'https://evil.example',
    'null',
    'https://sub.portal.example',
    'https://portal.example.evil.example',
    'https://evilportal.example',
    'https://PORTAL.example',
  ],
  ...[
    'https://portal.example:8443',
    'http://portal.example',
    'https://portal.example/',
    'https://portal.exampl',
    '*',
    'https://portal.example, https://evil.example',
  ],
];

function corsOf({ headers }: Reply): string[] {
  return Object.keys(headers).filter((name) => name.startsWith('access-control-'));
}

describeThreat({
  id: 'T12',
  title: 'a foreign page reads answers',
  setting: { origins: ['https://portal.example'] },
  async attack(target) {
    const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' };
    for (const origin of strangers) {
      const preflight = await target.send('OPTIONS', '/pollux/poll', { headers: { origin, ...asked } });
      expect([origin, preflight.status, corsOf(preflight)]).toEqual([origin, 403, []]);
      for (const reply of [
        await target.poll('alice', { applications: {} }, { headers: { origin } }),
        await target.send('GET', '/pollux/health', { headers: { origin } }),
        await target.send('GET', '/pollux/nothing', { headers: { origin } }),
      ]) {
        expect([origin, corsOf(reply), reply.headers['vary']]).toEqual([origin, [], 'origin']);
      }
    }
    const origin = 'https://portal.example';
    const listed = await target.poll('alice', { applications: {} }, { headers: { origin } });
    expect(listed.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      vary: 'origin',
    });
    expect((await target.send('OPTIONS', '/pollux/poll', { headers: { origin, ...asked } })).status).toBe(204);
  },
  without: {
    'origins are compared exactly': headersFor(
      (origins, origin) =>
        origins.get(origin) ?? (origin.includes('portal.example') ? origins.get('https://portal.example') : undefined),
    ),
    'only listed origins are named back': headersFor(
      (origins, origin) => origins.get(origin) ?? (origin === '' ? undefined : origins.get('https://portal.example')),
    ),
  },
});

type Sets = ReadonlyMap<string, unknown>;

/** The header sets chosen by another rule. */
function headersFor(choose: (origins: Sets, origin: string) => unknown): Parts {
  return {
    modules: {
      'servlet/headers.ts': (actual) => ({
        headerSets: (origins: readonly string[]) => {
          const sets = (actual['headerSets'] as unknown as (origins: readonly string[]) => Sets)(origins);
          return Object.assign(Object.create(null), { size: sets.size, get: (origin: string) => choose(sets, origin) });
        },
      }),
    },
  };
}

describeThreat({
  id: 'T13',
  title: 'an answer stays in a cache and reaches somebody else',
  setting: { limits: { queueMessages: 1, sessionsPerRecipient: 1 }, origins: ['https://portal.example'] },
  async attack(target) {
    const headers = { authorization: `Bearer ${await target.token('alice')}` };
    const publish = (body: unknown): Promise<Reply> => target.publish('orders', body);
    const stream = new AbortController();
    const replies = [
      [200, await target.poll('alice', { applications: { orders: { cursor: null } } })],
      [429, await target.poll('alice', { applications: {} })],
      [202, await publish(notes('bob', [1]))],
      [429, await publish(notes('bob', [2]))],
      [400, await publish({})],
      [413, await publish('x'.repeat(300_000))],
      [422, await publish({ to: { recipients: ['x'] }, kind: 'fetch', type: 'x', fetch: { href: '//evil.example' } })],
      [415, await target.poll('alice', {}, { headers: { 'content-type': 'text/plain' } })],
      [401, await target.send('POST', '/pollux/poll', { body: {} })],
      [
        403,
        await target.send('POST', '/pollux/applications/news/notifications', {
          body: {},
          headers: { authorization: `Bearer ${target.keys['orders']}` },
        }),
      ],
      [403, await target.send('OPTIONS', '/pollux/poll', { headers: { origin: 'https://evil.example' } })],
      [204, await target.send('OPTIONS', '/pollux/poll', { headers: { origin: 'https://portal.example' } })],
      [404, await target.send('GET', '/pollux/nothing')],
      [405, await target.send('GET', '/pollux/poll')],
      [404, await target.send('POST', '/pollux/ack', { headers, body: { session: 's_none', applications: {} } })],
      [200, await target.send('POST', '/pollux/ticket', { headers, body: {} })],
      [200, await target.send('GET', '/pollux/health')],
      [200, await target.send('GET', '/pollux/openapi.json')],
      [204, await target.send('DELETE', '/pollux/session/s_none', { headers })],
    ] as const;
    for (const [status, reply] of replies) {
      expect([reply.status, reply.headers['cache-control'], reply.headers['etag'], reply.headers['last-modified']]).toEqual([
        status,
        'no-store, no-transform',
        undefined,
        undefined,
      ]);
    }
    const opened = await fetch(`${target.url}/stream?app=orders`, {
      headers: { authorization: `Bearer ${await target.token('carol')}` },
      signal: stream.signal,
    });
    expect([opened.status, opened.headers.get('cache-control')]).toEqual([200, 'no-store, no-transform']);
    stream.abort();
    expect(await held(target, 'dave')).toEqual([]);
  },
  without: {
    'every answer says no-store': {
      modules: { 'servlet/headers.ts': headersWithout(['json', 'problem', 'empty', 'preflight']) },
    },
    'errors say no-store': { modules: { 'servlet/headers.ts': headersWithout(['problem']) } },
    'empty answers and streams say no-store': { modules: { 'servlet/headers.ts': headersWithout(['empty']) } },
  },
});

/** Header sets without `cache-control` in some of their kinds. */
function headersWithout(kinds: readonly string[]) {
  return (actual: Readonly<Record<string, never>>) => ({
    headerSets: (origins: readonly string[]) => {
      const sets = (
        actual['headerSets'] as unknown as (origins: readonly string[]) => ReadonlyMap<string, Record<string, readonly string[]>>
      )(origins);
      const strip = ([kind, headers]: [string, readonly string[]]): [string, readonly string[]] => {
        const at = headers.indexOf('cache-control');
        return [kind, kinds.includes(kind) ? headers.filter((_, index) => index !== at && index !== at + 1) : headers];
      };
      return new Map([...sets].map(([origin, set]) => [origin, Object.fromEntries(Object.entries(set).map(strip))]));
    },
  });
}
