/** Requests of browsers from other origins: protocol §2.9. */
import { problemOf, type WireAnswer } from '../answer.ts';
import { notification } from '../publisher.ts';
import type { Wire, WireCase } from '../wire.ts';

const page = 'https://page.example';

const strangers: readonly string[] = [
  'https://evil.example',
  'null',
  'http://page.example',
  'https://page.example:8443',
  'https://page.example.',
  'https://PAGE.example',
  'https://sub.page.example',
  'https://page.example.evil.example',
  'https://evilpage.example',
  'https://page.example/',
  'https://page.example https://evil.example',
  '*',
  'page.example',
];

const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' };

function corsHeaders(answer: WireAnswer): readonly string[] {
  return [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'));
}

async function poll(wire: Wire, origin: string | undefined): Promise<WireAnswer> {
  return wire.pollRaw('alice', { applications: { orders: { cursor: null } } }, origin === undefined ? {} : { origin });
}

export const crossOrigin: readonly WireCase[] = [
  {
    clause: '2.9',
    title: 'without Origin there is no CORS header',
    run: async (wire) => wire.expect(corsHeaders(await poll(wire, undefined))).toEqual([]),
  },
  {
    clause: '2.9',
    title: 'an allowed origin is named back, with Vary',
    run: async (wire) => {
      const answer = await poll(wire, page);
      wire.expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, page]);
      wire.expect(answer.headers.get('vary') ?? '').toMatch(/\borigin\b/i);
      wire.expect(answer.headers.get('access-control-expose-headers') ?? '').toMatch(/retry-after/i);
    },
  },
  {
    clause: '2.9',
    title: 'errors name an allowed origin back, too',
    run: async (wire) => {
      const wrong = await wire.pollRaw('alice', '{', { origin: page });
      const unknown = await wire.send('POST', '/poll', {
        headers: { origin: page, 'content-type': 'application/json' },
        body: {},
      });
      const absent = await wire.send('GET', '/nothing', { headers: { origin: page } });
      wire.expect([wrong.status, unknown.status, absent.status]).toEqual([400, 401, 404]);
      for (const answer of [wrong, unknown, absent]) wire.expect(answer.headers.get('access-control-allow-origin')).toBe(page);
    },
  },
  ...strangers.map(
    (origin): WireCase => ({
      clause: '2.9',
      title: `the origin ${origin} gets no CORS header, and its preflight is refused`,
      run: async (wire) => {
        wire.expect(corsHeaders(await poll(wire, origin))).toEqual([]);
        const refused = await wire.send('OPTIONS', '/poll', { headers: { origin, ...preflight } });
        wire.expect([refused.status, problemOf(refused).code, corsHeaders(refused)]).toEqual([403, 'origin-not-allowed', []]);
        const form = { origin, 'content-type': 'text/plain' };
        wire.expect((await wire.publisher().send(JSON.stringify(notification({ data: 'forged' })), form)).status).toBe(415);
        wire.expect((await wire.client('alice').poll()).data('orders')).toEqual([]);
      },
    }),
  ),
  {
    clause: '2.9',
    title: 'a preflight of an allowed origin is a 204 that needs no credential',
    run: async ({ send, expect }) => {
      const answer = await send('OPTIONS', '/poll', { headers: { origin: page, ...preflight } });
      expect([answer.status, answer.text, answer.headers.get('access-control-allow-origin')]).toEqual([204, '', page]);
      expect(answer.headers.get('access-control-allow-methods') ?? '').toMatch(/\bPOST\b/);
      const allowed = (answer.headers.get('access-control-allow-headers') ?? '').toLowerCase().split(/\s*,\s*/);
      for (const name of ['authorization', 'content-type']) expect(allowed.includes(name)).toBe(true);
      expect(Number(answer.headers.get('access-control-max-age'))).toBeGreaterThanOrEqual(1);
      expect(answer.headers.get('vary') ?? '').toMatch(/\borigin\b/i);
    },
  },
  {
    clause: '2.9',
    title: 'a preflight of a session for DELETE is allowed',
    run: async ({ send, expect }) => {
      const headers = { origin: page, 'access-control-request-method': 'DELETE' };
      const answer = await send('OPTIONS', '/session/s_abc', { headers });
      expect(answer.status).toBe(204);
      expect(answer.headers.get('access-control-allow-methods') ?? '').toMatch(/\bDELETE\b/);
    },
  },
  {
    clause: '2.9',
    title: 'where no origin is allowed, none gets a CORS header',
    options: { origins: [] },
    run: async (wire) => {
      wire.expect(corsHeaders(await poll(wire, page))).toEqual([]);
      wire.expect((await wire.send('OPTIONS', '/poll', { headers: { origin: page, ...preflight } })).status).toBe(403);
    },
  },
  {
    clause: '2.9',
    title: "the server's own origin needs no entry",
    options: { origins: [] },
    run: async (wire) => wire.expect((await poll(wire, new URL(wire.peer.baseUrl).origin)).status).toBe(200),
  },
];
