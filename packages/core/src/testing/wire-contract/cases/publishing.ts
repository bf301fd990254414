/** What a publish takes, and what it refuses: protocol §9.1 to §9.5. */
import { problemOf } from '../answer.ts';
import { notification } from '../publisher.ts';
import type { WireCase } from '../wire.ts';

const wrong: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
  ['no addressee', { to: undefined }, 'to'],
  ['an addressee that is a text', { to: 'alice' }, 'to'],
  ['no addressee inside to', { to: {} }, 'to'],
  ['two kinds of addressee', { to: { recipients: ['alice'], everyone: true } }, 'to'],
  ['a group and recipients', { to: { recipients: ['alice'], group: 'g' } }, 'to'],
  ['no recipients', { to: { recipients: [] } }, 'to.recipients'],
  ['recipients that are a text', { to: { recipients: 'alice' } }, 'to.recipients'],
  ['everyone: false', { to: { everyone: false } }, 'to.everyone'],
  ['no kind', { kind: undefined }, 'kind'],
  ['kind withdrawn', { kind: 'withdrawn' }, 'kind'],
  ['an unknown kind', { kind: 'constructor' }, 'kind'],
  ['a type that is a number', { type: 1 }, 'type'],
  ['direct without data', { data: undefined }, 'data'],
  ['direct with fetch', { data: 1, fetch: { href: '/api/orders' } }, 'fetch'],
  ['fetch without fetch', { kind: 'fetch', data: undefined }, 'fetch'],
  ['fetch with data', { kind: 'fetch', fetch: { href: '/api/orders' }, data: 1 }, 'data'],
  ['fetch that is a text', { kind: 'fetch', data: undefined, fetch: '/api/orders' }, 'fetch'],
  ['fetch without href', { kind: 'fetch', data: undefined, fetch: {} }, 'fetch.href'],
  ['spread beyond 60', { kind: 'fetch', data: undefined, fetch: { href: '/api/orders', spread: 61 } }, 'fetch.spread'],
  ['a negative spread', { kind: 'fetch', data: undefined, fetch: { href: '/api/orders', spread: -1 } }, 'fetch.spread'],
  ['a version that is a number', { kind: 'fetch', data: undefined, fetch: { href: '/api/orders', version: 1 } }, 'fetch.version'],
  ['ttl 0', { ttl: 0 }, 'ttl'],
  ['a negative ttl', { ttl: -5 }, 'ttl'],
  ['a ttl that is a text', { ttl: '60' }, 'ttl'],
  ['a ttl that is no whole number', { ttl: 1.5 }, 'ttl'],
];

function refusal([title, members, field]: (typeof wrong)[number]): WireCase {
  return {
    clause: '9.1',
    title: `a notification is refused: ${title}`,
    run: async ({ client, publisher, expect }) => {
      const answer = await publisher().send({ ...notification(), ...members });
      expect([answer.status, problemOf(answer).code, problemOf(answer).field]).toEqual([400, 'invalid-field', field]);
      expect((problemOf(answer).detail ?? '').length > 0).toBe(true);
      expect((await client('alice').poll()).data('orders')).toEqual([]);
    },
  };
}

interface Batch {
  readonly accepted: readonly { readonly recipient?: string; readonly ttl: number }[];
  readonly refused: readonly { readonly index: number; readonly problem: { readonly code: string; readonly field?: string } }[];
}

export const publishing: readonly WireCase[] = [
  ...wrong.map(refusal),
  {
    clause: '9.3',
    title: 'a publish answers 202 with the grade, and the ttl as granted',
    options: { limits: { ttlSeconds: 100, ttlMaxSeconds: 1000 } },
    run: async ({ publisher, expect }) => {
      const plain = await publisher().publish({});
      expect(['memory', 'disk', 'redis'].includes(plain.grade)).toBe(true);
      const ttls = [plain.accepted[0]?.ttl];
      for (const ttl of [7, 1000, 5000]) ttls.push((await publisher().publish({ ttl })).accepted[0]?.ttl);
      expect(ttls).toEqual([100, 7, 1000, 1000]);
    },
  },
  {
    clause: '9.3',
    title: 'accepted names the recipient only where recipients were named',
    run: async ({ publisher, expect }) => {
      const keys = async (to: object): Promise<unknown> =>
        Object.keys((await publisher().publish({ to })).accepted[0] ?? {}).sort();
      expect(await keys({ recipients: ['alice'] })).toEqual(['id', 'recipient', 'ttl', 'waiting']);
      expect(await keys({ group: 'g' })).toEqual(['id', 'ttl', 'waiting']);
      expect(await keys({ everyone: true })).toEqual(['id', 'ttl', 'waiting']);
    },
  },
  {
    clause: '9.4',
    title: 'in an array each stands alone: the wrong ones are refused by index, the others stored',
    run: async ({ client, publisher, expect }) => {
      const items = [
        notification({ data: 0 }),
        notification({ ttl: 0 }),
        notification({ data: 2 }),
        null,
        'x',
        notification({ to: {} }),
        notification({ data: 6 }),
      ];
      const answer = await publisher().send(items);
      const body = answer.json as Batch;
      expect([answer.status, body.accepted.length]).toEqual([202, 3]);
      expect(body.refused.map((entry) => [entry.index, entry.problem.code])).toEqual(
        [1, 3, 4, 5].map((index) => [index, 'invalid-field']),
      );
      expect(body.refused[0]?.problem.field ?? '').toMatch(/^1\.ttl$/);
      expect((await client('alice').poll()).data('orders')).toEqual([0, 2, 6]);
    },
  },
  {
    clause: '9.4',
    title: 'where all are refused the answer is the problem itself',
    run: async ({ client, publisher, expect }) => {
      const answer = await publisher().send([notification({ ttl: 0 }), notification({ ttl: 0 })]);
      expect([answer.status, problemOf(answer).code]).toEqual([400, 'invalid-field']);
      expect((await client('alice').poll()).data('orders')).toEqual([]);
    },
  },
  {
    clause: '9.4',
    title: 'of several recipients those with a full queue are refused by name, the others served',
    options: { limits: { queueMessages: 1 } },
    run: async ({ client, publisher, expect }) => {
      await publisher().to('bob', 'fills');
      const answer = await publisher().send(notification({ to: { recipients: ['alice', 'bob', 'carol'] }, data: 1 }));
      const body = answer.json as {
        readonly accepted: readonly { readonly recipient: string }[];
        readonly refused: readonly unknown[];
      };
      expect([answer.status, body.accepted.map((entry) => entry.recipient)]).toEqual([202, ['alice', 'carol']]);
      const [refused] = body.refused as readonly {
        readonly index: number;
        readonly recipient: string;
        readonly problem: { readonly code: string };
      }[];
      expect([refused?.index, refused?.recipient, refused?.problem.code]).toEqual([0, 'bob', 'queue-full']);
      expect((await client('bob').poll()).data('orders')).toEqual(['fills']);
    },
  },
  {
    clause: '9.3',
    title: 'a batch keeps its order in each queue, and answers in the order published',
    run: async ({ client, publisher, expect }) => {
      const items = Array.from({ length: 60 }, (_, n) =>
        notification({ to: { recipients: [n % 2 === 0 ? 'alice' : 'bob'] }, data: n }),
      );
      const body = (await publisher().send(items)).json as Batch;
      expect(body.accepted.map((entry) => entry.recipient)).toEqual(items.map((_, n) => (n % 2 === 0 ? 'alice' : 'bob')));
      expect(await client('alice').drain('orders')).toEqual(Array.from({ length: 30 }, (_, n) => n * 2));
    },
  },
  {
    clause: '9.10',
    title: "a payload outside the application's contract is refused, naming the field",
    options: {
      applications: {
        typed: {
          validate: (type, data) =>
            type === 'ok' && typeof data === 'number' ? undefined : { path: 'total', detail: 'must be a number' },
        },
      },
    },
    run: async ({ client, publisher, expect }) => {
      const typed = publisher('typed');
      expect((await typed.send(notification({ type: 'ok', data: 1 }))).status).toBe(202);
      const answer = await typed.send(notification({ type: 'ok', data: 'text' }));
      expect([answer.status, problemOf(answer).code, problemOf(answer).field]).toEqual([422, 'contract-mismatch', 'data.total']);
      expect((await client('alice', 'typed').poll()).data('typed')).toEqual([1]);
    },
  },
];
