/** Methods and media types: protocol §2.3, §2.4. */
import { problemOf } from '../answer.ts';
import { notification } from '../publisher.ts';
import type { WireCase } from '../wire.ts';

const resources: readonly (readonly [string, readonly string[]])[] = [
  ['/poll', ['POST']],
  ['/applications/orders/notifications', ['POST']],
  ['/applications/orders/notifications/abc', ['GET', 'DELETE']],
  ['/applications/orders/recipients/alice', ['DELETE']],
  ['/session/s_abc', ['DELETE']],
  ['/stream', ['GET']],
  ['/ack', ['POST']],
  ['/ticket', ['POST']],
  ['/health', ['GET', 'HEAD']],
  ['/openapi.json', ['GET', 'HEAD']],
];

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

function methodCase(path: string, offered: readonly string[]): WireCase {
  return {
    clause: '2.3',
    title: `${path} offers ${offered.join(', ')} and answers others 405 with Allow`,
    run: async ({ send, peer, expect }) => {
      for (const method of methods.filter((candidate) => !offered.includes(candidate))) {
        const body = method === 'GET' || method === 'DELETE' ? undefined : '{}';
        const headers = { 'content-type': 'application/json', ...peer.authorization('alice') };
        const answer = await send(method, path, { headers, body });
        expect([method, answer.status, problemOf(answer).code]).toEqual([method, 405, 'method-not-allowed']);
        const allowed = (answer.headers.get('allow') ?? '').split(/\s*,\s*/);
        for (const name of offered.filter((candidate) => candidate !== 'HEAD')) expect(allowed.includes(name)).toBe(true);
        expect(allowed.includes(method)).toBe(false);
      }
    },
  };
}

const refusedTypes: readonly (string | undefined)[] = [
  undefined,
  '',
  'text/plain',
  'text/plain;charset=UTF-8',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/jsonx',
  'application/json-seq',
  'text/json',
  'application/problem+json',
  'application/json; charset=utf-16',
  'application/json, text/plain',
];

const takenTypes: readonly string[] = [
  'application/json',
  'application/json; charset=utf-8',
  'Application/JSON;charset=UTF-8',
  'application/json ; charset="utf-8"',
];

const alice = { applications: { orders: { cursor: null } } };

export const methodsAndTypes: readonly WireCase[] = [
  ...resources.map(([path, offered]) => methodCase(path, offered)),
  {
    clause: '2.3',
    title: 'HEAD of health is as GET, without a body',
    run: async ({ send, expect }) => {
      const answer = await send('HEAD', '/health');
      expect([answer.status, answer.text]).toEqual([200, '']);
      expect(answer.headers.get('cache-control')).toBe('no-store, no-transform');
    },
  },
  {
    clause: '2.9',
    title: 'OPTIONS without an origin is a 204 with Allow',
    run: async ({ send, expect }) => {
      for (const [path, offered] of resources) {
        const answer = await send('OPTIONS', path);
        expect([path, answer.status]).toEqual([path, 204]);
        for (const method of offered) expect((answer.headers.get('allow') ?? '').includes(method)).toBe(true);
      }
    },
  },
  {
    clause: '2.4',
    title: 'a poll of another media type is 415, and registers nothing',
    run: async ({ send, peer, expect }) => {
      for (const type of refusedTypes) {
        const headers = { ...peer.authorization('alice'), ...(type !== undefined && { 'content-type': type }) };
        const body = new TextEncoder().encode(JSON.stringify(alice));
        const answer = await send('POST', '/poll', { headers, body });
        expect([type, answer.status, problemOf(answer).code]).toEqual([type, 415, 'unsupported-media-type']);
      }
    },
  },
  {
    clause: '2.4',
    title: 'a publish of another media type is 415, and stores nothing',
    run: async ({ send, peer, client, expect }) => {
      for (const type of refusedTypes) {
        const headers = { ...peer.publisher('orders'), ...(type !== undefined && { 'content-type': type }) };
        const body = new TextEncoder().encode(JSON.stringify(notification({})));
        const answer = await send('POST', '/applications/orders/notifications', { headers, body });
        expect([type, answer.status, problemOf(answer).code]).toEqual([type, 415, 'unsupported-media-type']);
      }
      expect((await client('alice').poll()).data('orders')).toEqual([]);
    },
  },
  {
    clause: '2.4',
    title: 'application/json is taken in any case and with charset utf-8',
    run: async ({ pollRaw, expect }) => {
      for (const type of takenTypes)
        expect([type, (await pollRaw('alice', alice, { 'content-type': type })).status]).toEqual([type, 200]);
    },
  },
  {
    clause: '2.4',
    title: 'a Content-Encoding is refused',
    run: async ({ pollRaw, publisher, expect }) => {
      for (const coding of ['gzip', 'br', 'deflate', 'zstd', 'gzip, gzip', 'x-unknown']) {
        const polled = await pollRaw('alice', alice, { 'content-encoding': coding });
        const published = await publisher().send(notification({}), { 'content-encoding': coding });
        expect([coding, polled.status, published.status]).toEqual([coding, 415, 415]);
      }
      expect((await pollRaw('alice', alice, { 'content-encoding': 'identity' })).status).toBe(200);
    },
  },
];
