/** Each application stands alone: protocol §3.9. */
import type { WireCase } from '../wire.ts';

export const applicationErrors: readonly WireCase[] = [
  {
    clause: '3.9',
    title: 'an unknown application gets its error, the others their messages',
    run: async ({ client, publisher, expect }) => {
      await publisher().to('alice', 1);
      const polled = await client('alice', 'unknown', 'orders').poll();
      expect([polled.error('unknown')?.status, polled.error('unknown')?.code]).toEqual([404, 'unknown-application']);
      expect(polled.data('orders')).toEqual([1]);
    },
  },
  {
    clause: '3.9',
    title: 'an application that the credential does not cover is forbidden, registered or not',
    run: async ({ clientWith, publisher, expect }) => {
      await publisher('calls').to('alice', 'secret');
      const polled = await clientWith('alice', { applications: ['orders'] }, 'orders', 'calls', 'unknown').poll();
      for (const name of ['calls', 'unknown'])
        expect([polled.error(name)?.status, polled.error(name)?.code]).toEqual([403, 'forbidden']);
      expect(typeof polled.cursor('orders')).toBe('string');
      expect(polled.answer.text.includes('secret')).toBe(false);
    },
  },
  {
    clause: '3.9',
    title: 'an error is answered at once, however long the poll would wait',
    run: async ({ client, expect }) => {
      const alice = client('alice');
      await alice.poll();
      alice.set('unknown', { cursor: null });
      const polled = await alice.poll({ wait: 20 });
      expect([polled.status, polled.error('unknown')?.code]).toEqual([200, 'unknown-application']);
    },
  },
  {
    clause: '3.9',
    title: "a wrong member is that application's error, and names the field",
    run: async ({ client, publisher, expect }) => {
      const wrong: readonly (readonly [string, unknown])[] = [
        ['maxDelay', -1],
        ['maxDelay', '5'],
        ['last', -1],
        ['last', 1.5],
        ['last', '2'],
      ];
      await publisher('calls').to('alice', 'fine');
      for (const [member, value] of wrong) {
        const alice = client('alice', 'calls');
        const polled = await alice.poll({
          body: { applications: { orders: { cursor: null, [member]: value }, calls: { cursor: null } } },
        });
        expect([member, value, polled.error('orders')?.code]).toEqual([member, value, 'invalid-field']);
        expect(polled.error('orders')?.field).toBe(`applications.orders.${member}`);
        expect(polled.data('calls')).toEqual(['fine']);
        await alice.goodbye();
      }
    },
  },
  {
    clause: '3.9',
    title: 'an application that is no object gets its error',
    run: async ({ client, expect }) => {
      for (const value of [null, 7, 'x', [], true]) {
        const alice = client('alice');
        const polled = await alice.poll({ body: { applications: { orders: value, calls: { cursor: null } } } });
        expect([value, polled.error('orders')?.code]).toEqual([value, 'invalid-field']);
        expect(typeof polled.cursor('calls')).toBe('string');
        await alice.goodbye();
      }
    },
  },
  {
    clause: '3.9',
    title: 'a poll of nothing but refused applications still works, and the session goes on',
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice', 'unknown');
      expect((await alice.poll()).status).toBe(200);
      alice.set('unknown', undefined);
      alice.set('orders', { cursor: null });
      await publisher().to('alice', 1);
      expect((await alice.poll({ wait: 20 })).data('orders')).toEqual([1]);
    },
  },
  {
    clause: '13.1',
    title: 'of more applications than a session may have those that came last are refused, naming the bound, the others served',
    options: { limits: { applicationsPerSession: 2 } },
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice', 'orders', 'calls');
      await alice.poll();
      await publisher().to('alice', 1);
      const first = { unknown: { cursor: null }, news: { cursor: null } };
      const applications = { ...first, calls: alice.state('calls'), orders: alice.state('orders') };
      const answer = await alice.poll({ body: { applications } });
      expect(answer.data('orders')).toEqual([1]);
      expect(answer.error('calls')).toBe(undefined);
      expect(answer.error('unknown')?.code).toBe('unknown-application');
      expect([answer.error('news')?.status, answer.error('news')?.code]).toEqual([429, 'too-many-applications']);
      expect(answer.error('news')?.detail ?? '').toMatch(/2/);
      expect(answer.error('news')?.retryAfter ?? 0).toBeGreaterThanOrEqual(1);
      const fresh = await client('bob', 'orders', 'unknown', 'calls', 'news').poll();
      expect([fresh.error('orders'), fresh.error('calls'), fresh.error('news')?.code]).toEqual([
        undefined,
        undefined,
        'too-many-applications',
      ]);
    },
  },
];
