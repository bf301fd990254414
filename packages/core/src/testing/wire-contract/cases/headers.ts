/** What every response carries, and what none tells: protocol §2.8, §2.10, §2.11, §12.1. */
import { problems } from '../../../protocol/problem.ts';
import { problemOf, type WireAnswer } from '../answer.ts';
import { notification } from '../publisher.ts';
import type { Wire, WireCase } from '../wire.ts';

/** One response of each status that a client or publisher can bring about by itself. */
const responses: readonly (readonly [number, string, (wire: Wire) => Promise<WireAnswer>])[] = [
  [200, 'of a poll', (wire) => wire.client('alice').send()],
  [200, 'of health', (wire) => wire.send('GET', '/health')],
  [202, 'of a publish', (wire) => wire.publisher().send(notification({}))],
  [
    204,
    'of a poll',
    async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      return alice.send();
    },
  ],
  [204, 'of OPTIONS', (wire) => wire.send('OPTIONS', '/poll')],
  [204, 'of goodbye', (wire) => wire.client('alice').goodbye()],
  [400, 'of a garbled poll', (wire) => wire.pollRaw('alice', '{')],
  [400, 'of a wrong field', (wire) => wire.publisher().send(notification({ ttl: 0 }))],
  [401, 'of a poll', (wire) => wire.send('POST', '/poll', { headers: { 'content-type': 'application/json' }, body: {} })],
  [
    401,
    'of a publish',
    (wire) =>
      wire.send('POST', '/applications/orders/notifications', { headers: { 'content-type': 'application/json' }, body: {} }),
  ],
  [
    403,
    'of a publish for another application',
    (wire) =>
      wire.send('POST', '/applications/calls/notifications', {
        headers: { 'content-type': 'application/json', ...wire.peer.publisher('orders') },
        body: notification({}),
      }),
  ],
  [
    403,
    'of a preflight',
    (wire) =>
      wire.send('OPTIONS', '/poll', { headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' } }),
  ],
  [404, 'of nothing', (wire) => wire.send('GET', '/nothing')],
  [404, 'of an unknown notification', (wire) => wire.publisher().status('AAAAAAAAAAA1')],
  [405, 'of a poll by PUT', (wire) => wire.send('PUT', '/poll', { headers: { 'content-type': 'application/json' }, body: {} })],
  [
    409,
    'of an overtaken poll',
    async (wire) => {
      const alice = wire.client('alice');
      await alice.poll({ body: { seq: 5 } });
      return alice.send({ body: { seq: 4 } });
    },
  ],
  [413, 'of a large poll', (wire) => wire.pollRaw('alice', { pad: 'x'.repeat(70_000) })],
  [413, 'of a large message', (wire) => wire.publisher().send(notification({ data: 'x'.repeat(70_000) }))],
  [415, 'of a form', (wire) => wire.pollRaw('alice', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' })],
  [
    422,
    'of a foreign fetch target',
    (wire) => wire.publisher().send(notification({ kind: 'fetch', fetch: { href: 'https://evil.example/' } })),
  ],
];

const internals = /\bat .*\.[cm]?[jt]s:\d|node_modules|\/src\/|file:\/\/|[A-Za-z]Error:|TypeError|RangeError|stack/;

function commonCase([status, title, bring]: (typeof responses)[number]): WireCase {
  return {
    clause: '2.8',
    title: `${status} ${title} has the headers of every response`,
    run: async (wire) => {
      const answer = await bring(wire);
      wire.expect(answer.status).toBe(status);
      wire.expect(answer.headers.get('cache-control')).toBe('no-store, no-transform');
      wire.expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      for (const name of ['etag', 'last-modified', 'expires', 'content-encoding', 'set-cookie', 'x-powered-by']) {
        wire.expect([name, answer.headers.get(name)]).toEqual([name, null]);
      }
      const type = status >= 400 ? 'application/problem+json' : 'application/json';
      if (status === 204) wire.expect(answer.text).toBe('');
      else wire.expect((answer.headers.get('content-type') ?? '').split(';')[0]).toBe(type);
      wire.expect(internals.test(answer.text)).toBe(false);
      if (status >= 400) expectProblem(wire, answer);
    },
  };
}

/** Protocol §12.1: a code of the table, its status and title, and a type that can be looked up. */
function expectProblem(wire: Wire, answer: WireAnswer): void {
  const found = problemOf(answer);
  const listed = Object.hasOwn(problems, found.code) ? problems[found.code] : undefined;
  wire.expect([found.status, listed?.status]).toEqual([answer.status, answer.status]);
  wire.expect(found.type).toBe(`urn:pollux:problem:${found.code}`);
  wire.expect(typeof found.title === 'string' && found.title.length > 0).toBe(true);
}

export const headers: readonly WireCase[] = [
  ...responses.map(commonCase),
  {
    clause: '11.1',
    title: 'a 401 says how to authenticate',
    run: async ({ send, expect }) => {
      const answer = await send('POST', '/poll', { headers: { 'content-type': 'application/json' }, body: {} });
      expect([answer.status, (answer.headers.get('www-authenticate') ?? '').length > 0]).toEqual([401, true]);
    },
  },
  {
    clause: '2.11',
    title: 'no error shows what was sent with a credential, or where the server lives',
    run: async ({ send, expect }) => {
      const secret = 'Bearer c2VjcmV0LXRva2Vu';
      for (const path of ['/poll', '/applications/orders/notifications', '/nothing']) {
        const answer = await send('POST', path, {
          headers: { authorization: secret, 'content-type': 'application/json' },
          body: '{',
        });
        expect(answer.text.includes('c2VjcmV0')).toBe(false);
      }
    },
  },
];
