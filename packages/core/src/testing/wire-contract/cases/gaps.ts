/** Announced losses: protocol §6. */
import type { WireCase } from '../wire.ts';

const shortLived = { ttl: 1 };
const dropping = { orders: { overflow: 'drop-oldest' } } as const;

export const gaps: readonly WireCase[] = [
  {
    clause: '6.5',
    title: 'what has expired is not delivered, and is announced as expired with its number',
    run: async ({ client, publisher, pass, expect }) => {
      const alice = client('alice');
      await alice.poll();
      await publisher().direct({ recipients: ['alice'] }, [1, 2], shortLived);
      await pass(1100);
      const polled = await alice.poll();
      expect(polled.losses('orders')).toEqual([['expired', 2]]);
      expect(polled.data('orders')).toEqual([]);
    },
  },
  {
    clause: '6.5',
    title: 'a long-lived message does not hold back the expiry of those behind it',
    run: async ({ client, publisher, pass, expect }) => {
      const alice = client('alice');
      await alice.poll();
      await publisher().to('alice', 'long');
      await publisher().direct({ recipients: ['alice'] }, ['short'], shortLived);
      await publisher().to('alice', 'long, too');
      await pass(1100);
      const polled = await alice.poll();
      expect(polled.data('orders')).toEqual(['long', 'long, too']);
      expect(polled.losses('orders')).toEqual([['expired', 1]]);
    },
  },
  {
    clause: '6.3',
    title: 'a gap is repeated until a read past it returns, and then no more',
    run: async ({ client, publisher, pass, expect }) => {
      const alice = client('alice');
      await alice.poll();
      const before = alice.state('orders');
      await publisher().direct({ recipients: ['alice'] }, [1], shortLived);
      await pass(1100);
      await alice.poll();
      alice.set('orders', before);
      expect((await alice.poll()).losses('orders')).toEqual([['expired', 1]]);
      // Received is enough: the gap is not told again while its handler is slow.
      expect((await alice.poll()).status).toBe(204);
    },
  },
  {
    clause: '6.2',
    title: 'a gap comes with the first answer that goes past it, before any message behind it',
    options: { applications: dropping, limits: { queueMessages: 2 } },
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice');
      await alice.poll();
      await publisher().to('alice', 1, 2, 3, 4);
      const polled = await alice.poll();
      expect(polled.data('orders')).toEqual([3, 4]);
      expect(polled.losses('orders')).toEqual([['overflow', 2]]);
    },
  },
  {
    clause: '6.1',
    title: 'several reasons are told together',
    options: { applications: dropping, limits: { queueMessages: 2 } },
    run: async ({ client, publisher, pass, expect }) => {
      const alice = client('alice');
      await alice.poll();
      await publisher().direct({ recipients: ['alice'] }, [1], shortLived);
      await pass(1100);
      await publisher().to('alice', 2, 3, 4);
      const polled = await alice.poll();
      expect(polled.losses('orders')).toEqual([
        ['expired', 1],
        ['overflow', 1],
      ]);
      expect(polled.data('orders')).toEqual([3, 4]);
    },
  },
  {
    clause: '6.2',
    title: 'a loss wakes no poll by itself, but is told with the next answer',
    run: async ({ client, publisher, pass, expect }) => {
      const alice = client('alice');
      await alice.poll();
      await publisher().direct({ recipients: ['alice'] }, [1], shortLived);
      await pass(1100);
      await publisher().to('alice', 2);
      const polled = await alice.poll({ wait: 20 });
      expect([polled.losses('orders'), polled.data('orders')]).toEqual([[['expired', 1]], [2]]);
    },
  },
  {
    clause: '6.7',
    title: "a loss before a session's first cursor is not announced to it",
    run: async ({ client, publisher, pass, expect }) => {
      await publisher().direct({ recipients: ['alice'] }, [1], shortLived);
      await publisher().to('alice', 2);
      await pass(1100);
      const polled = await client('alice').poll();
      expect(polled.data('orders')).toEqual([2]);
      expect(polled.gap('orders')).toBe(undefined);
    },
  },
  {
    clause: '6.4',
    title: 'holes of collapse and withdrawal are no gap',
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice');
      await alice.poll();
      const orders = publisher();
      await orders.publish({ topic: 't', data: 'old' });
      await orders.publish({ topic: 't', data: 'new' });
      const [id] = await orders.to('alice', 'taken back');
      expect((await orders.withdraw(id ?? '')).status).toBe(200);
      const polled = await alice.poll();
      expect(polled.data('orders')).toEqual(['new']);
      expect(polled.gap('orders')).toBe(undefined);
    },
  },
  {
    clause: '6.1',
    title: "one application's gap is not another's",
    run: async ({ client, publisher, pass, expect }) => {
      const alice = client('alice', 'orders', 'calls');
      await alice.poll();
      await publisher().direct({ recipients: ['alice'] }, [1], shortLived);
      await publisher('calls').to('alice', 'c');
      await pass(1100);
      const polled = await alice.poll();
      expect(polled.losses('orders')).toEqual([['expired', 1]]);
      expect(polled.gap('calls')).toBe(undefined);
      expect(polled.data('calls')).toEqual(['c']);
    },
  },
  {
    clause: '6.1',
    title: 'each session is told its own gap',
    run: async ({ client, publisher, pass, expect }) => {
      const quick = client('alice');
      const slow = client('alice');
      await quick.poll();
      await slow.poll();
      await publisher().direct({ recipients: ['alice'] }, [1], shortLived);
      expect((await quick.poll()).data('orders')).toEqual([1]);
      await pass(1100);
      expect((await quick.poll()).gap('orders')).toBe(undefined);
      expect((await slow.poll()).losses('orders')).toEqual([['expired', 1]]);
    },
  },
  {
    clause: '6.1',
    title: 'a log that dropped its oldest tells those behind, and only those',
    options: { limits: { queueMessages: 2 } },
    run: async ({ client, publisher, expect }) => {
      const quick = client('alice');
      const slow = client('bob');
      await quick.poll();
      await slow.poll();
      const news = publisher();
      await news.direct({ everyone: true }, [1, 2]);
      expect((await quick.poll()).data('orders')).toEqual([1, 2]);
      await news.direct({ everyone: true }, [3, 4]);
      expect((await quick.poll()).gap('orders')).toBe(undefined);
      const polled = await slow.poll();
      expect([polled.losses('orders'), polled.data('orders')]).toEqual([[['overflow', 2]], [3, 4]]);
    },
  },
];
