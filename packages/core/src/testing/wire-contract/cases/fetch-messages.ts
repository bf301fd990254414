/** Messages that tell what to fetch, and where they may point: protocol §9.9. */
import { problemOf } from '../answer.ts';
import { notification } from '../publisher.ts';
import type { WireCase } from '../wire.ts';

const allowed: readonly string[] = [
  '/api/orders',
  '/api/orders/7',
  '/api/orders/7?full=1&x=%20',
  'https://orders.example',
  'https://orders.example/',
  'https://orders.example/any/path?x=1',
];

const refused: readonly string[] = [
  'https://evil.example/api/orders',
  'https://orders.example.evil.example/',
  'https://orders.example@evil.example/',
  'https://orders.example:8443/',
  'http://orders.example/',
  '//evil.example/api/orders',
  '//orders.example/x',
  '\\\\evil.example\\api',
  '/\\evil.example/',
  'https:\\\\orders.example/',
  'https:/orders.example/',
  'javascript:alert(1)',
  'data:text/html,x',
  'blob:https://orders.example/x',
  'file:///etc/passwd',
  '/api/ordersx',
  '/api',
  '/api/orders/../users',
  '/api/orders/%2e%2e/users',
  '/api/orders/..%2fusers',
  '/api/orders/%2fusers',
  '/api/orders/%5c..',
  '/api/orders/./x',
  '/API/orders',
  'api/orders',
  '/api/orders#fragment',
  '/api/orders\t',
  ' /api/orders',
  'https://orders.example/a b',
  'https://orders.exämple/',
  'https://169.254.169.254/latest',
];

const fetching = (href: unknown): Readonly<Record<string, unknown>> => notification({ kind: 'fetch', fetch: { href } });

export const fetchMessages: readonly WireCase[] = [
  {
    clause: '3.7',
    title: 'a fetch message arrives with its instruction, and without data',
    run: async ({ client, publisher, expect }) => {
      await publisher().publish({
        kind: 'fetch',
        type: 'order.changed',
        fetch: { href: '/api/orders/7', version: 'v3', spread: 2.5 },
      });
      const [message] = (await client('alice').poll()).messages('orders');
      expect(message?.kind === 'fetch' && message.fetch).toEqual({ href: '/api/orders/7', version: 'v3', spread: 2.5 });
      expect(Object.keys(message ?? {}).includes('data')).toBe(false);
    },
  },
  {
    clause: '3.7',
    title: 'unknown members of the instruction are not passed on',
    run: async ({ client, publisher, expect }) => {
      await publisher().publish({
        kind: 'fetch',
        fetch: { href: '/api/orders/7', method: 'POST', headers: { authorization: 'x' } },
      });
      const [message] = (await client('alice').poll()).messages('orders');
      expect(message?.kind === 'fetch' && message.fetch).toEqual({ href: '/api/orders/7' });
    },
  },
  {
    clause: '9.9',
    title: 'targets under a registered origin or path are taken',
    run: async ({ publisher, expect }) => {
      for (const href of allowed) expect([href, (await publisher().send(fetching(href))).status]).toEqual([href, 202]);
    },
  },
  ...refused.map(
    (href): WireCase => ({
      clause: '9.9',
      title: `the target ${JSON.stringify(href)} is refused, and nothing is stored`,
      run: async ({ client, publisher, expect }) => {
        const answer = await publisher().send(fetching(href));
        const { status, code, field } = problemOf(answer);
        const isRefused = (status === 422 && code === 'fetch-target-not-allowed') || (status === 400 && code === 'invalid-field');
        expect([answer.status === status && isRefused, field]).toEqual([true, 'fetch.href']);
        expect((await client('alice').poll()).data('orders')).toEqual([]);
      },
    }),
  ),
  {
    clause: '9.9',
    title: 'an application without targets sends no fetch messages',
    run: async ({ publisher, expect }) => {
      for (const href of ['/api/orders', 'https://orders.example/', '/']) {
        expect((await publisher('calls').send(fetching(href))).status).toBe(422);
      }
    },
  },
  {
    clause: '9.9',
    title: 'an href longer than its bound is refused',
    run: async ({ publisher, expect }) => {
      expect((await publisher().send(fetching(`/api/orders/${'x'.repeat(2000)}`))).status).toBe(202);
      const answer = await publisher().send(fetching(`/api/orders/${'x'.repeat(2100)}`));
      expect([answer.status, problemOf(answer).field]).toEqual([400, 'fetch.href']);
    },
  },
];
