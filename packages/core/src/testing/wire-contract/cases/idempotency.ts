/** Idempotency keys: protocol §9.6. */
import { problemOf } from '../answer.ts';
import { notification } from '../publisher.ts';
import type { WireCase } from '../wire.ts';

export const idempotency: readonly WireCase[] = [
  {
    clause: '9.6',
    title: 'the same key and content stores nothing, and answers with the first id',
    run: async ({ client, publisher, expect }) => {
      const first = await publisher().publish({ key: 'k', data: { a: 1 } });
      const again = await publisher().publish({ key: 'k', data: { a: 1 } });
      expect([first.accepted[0]?.duplicate, again.accepted[0]?.duplicate]).toEqual([undefined, true]);
      expect(again.accepted[0]?.id).toBe(first.accepted[0]?.id);
      expect((await client('alice').poll()).data('orders')).toEqual([{ a: 1 }]);
    },
  },
  {
    clause: '9.6',
    title: 'other content under the same key is a conflict, and changes nothing',
    run: async ({ client, publisher, expect }) => {
      await publisher().publish({ key: 'k', data: 1 });
      const others = [
        { data: 2 },
        { type: 'other', data: 1 },
        { topic: 't', data: 1 },
        { ttl: 60, data: 1 },
        { urgency: 'high', data: 1 },
      ];
      for (const members of others) {
        const answer = await publisher().send(notification({ key: 'k', ...members }));
        expect([answer.status, problemOf(answer).code]).toEqual([409, 'key-conflict']);
      }
      expect((await client('alice').poll()).data('orders')).toEqual([1]);
    },
  },
  {
    clause: '9.6',
    title: 'a key is of one address and one application',
    run: async ({ client, publisher, expect }) => {
      for (const name of ['orders', 'calls']) {
        const { accepted } = await publisher(name).publish({ to: { recipients: ['alice', 'bob'] }, key: 'k', data: name });
        expect(accepted.map((entry) => entry.duplicate)).toEqual([undefined, undefined]);
      }
      const everyone = await publisher().publish({ to: { everyone: true }, key: 'k', data: 'all' });
      expect(everyone.accepted[0]?.duplicate).toBe(undefined);
      expect((await client('bob', 'calls').poll()).data('calls')).toEqual(['calls']);
    },
  },
  {
    clause: '9.6',
    title: 'a retry to more recipients stores only what was not there',
    run: async ({ client, publisher, expect }) => {
      await publisher().publish({ to: { recipients: ['alice'] }, key: 'k', data: 1 });
      const { accepted } = await publisher().publish({ to: { recipients: ['alice', 'bob'] }, key: 'k', data: 1 });
      expect(accepted.map((entry) => [entry.recipient, entry.duplicate])).toEqual([
        ['alice', true],
        ['bob', undefined],
      ]);
      expect((await client('alice').poll()).data('orders')).toEqual([1]);
      expect((await client('bob').poll()).data('orders')).toEqual([1]);
    },
  },
  {
    clause: '9.6',
    title: 'the key outlives the acknowledgement',
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice');
      await publisher().publish({ key: 'k', data: 1 });
      await alice.poll();
      alice.handle();
      await alice.poll();
      expect((await publisher().publish({ key: 'k', data: 1 })).accepted[0]?.duplicate).toBe(true);
      expect((await alice.poll()).status).toBe(204);
    },
  },
  {
    clause: '9.6',
    title: 'the same key twice in one request stores once',
    run: async ({ client, publisher, expect }) => {
      const answer = await publisher().send([
        notification({ key: 'k', data: 1 }),
        notification({ key: 'k', data: 1 }),
        notification({ key: 'k', data: 2 }),
      ]);
      const body = answer.json as {
        readonly accepted: readonly unknown[];
        readonly refused: readonly { readonly index: number }[];
      };
      expect([answer.status, body.accepted.length, body.refused.map((entry) => entry.index)]).toEqual([202, 2, [2]]);
      expect((await client('alice').poll()).data('orders')).toEqual([1]);
    },
  },
  {
    clause: '9.6',
    title: 'keys are compared exactly',
    run: async ({ client, publisher, expect }) => {
      const keys = ['k', 'K', 'k ', '\u00e9', 'e\u0301', '__proto__', 'constructor'];
      for (const key of keys) expect((await publisher().publish({ key, data: key })).accepted[0]?.duplicate).toBe(undefined);
      expect((await client('alice').poll()).data('orders')).toEqual(keys);
    },
  },
  {
    clause: '9.6',
    title: 'a key whose message was refused is not remembered',
    options: { limits: { queueMessages: 1 } },
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice');
      await publisher().publish({ data: 'fills' });
      expect((await publisher().send(notification({ key: 'k', data: 1 }))).status).toBe(429);
      await alice.poll();
      alice.handle();
      await alice.poll();
      expect((await publisher().publish({ key: 'k', data: 1 })).accepted[0]?.duplicate).toBe(undefined);
      expect((await alice.poll()).data('orders')).toEqual([1]);
    },
  },
];
