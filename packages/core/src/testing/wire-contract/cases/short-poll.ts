/** Answers at once, and what they leave out: protocol §3.3, §3.5, §3.7. */
import type { WireCase } from '../wire.ts';

export const shortPoll: readonly WireCase[] = [
  {
    clause: '3.5',
    title: 'wait 0 with nothing there is a 204 at once, without a body',
    run: async ({ client, expect }) => {
      const alice = client('alice');
      await alice.poll();
      const polled = await alice.poll();
      expect(polled.status).toBe(204);
      expect(polled.answer.text).toBe('');
    },
  },
  {
    clause: '3.5',
    title: 'wait 0 with something there is a 200',
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice');
      await alice.poll();
      await publisher().to('alice', 'x');
      const polled = await alice.poll();
      expect(polled.status).toBe(200);
      expect(polled.data('orders')).toEqual(['x']);
    },
  },
  {
    clause: '3.3',
    title: 'an application with nothing new is left out',
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice', 'orders', 'calls');
      await alice.poll();
      await publisher('calls').to('alice', 1);
      const polled = await alice.poll();
      expect(Object.keys(polled.body.applications ?? {})).toEqual(['calls']);
      expect(polled.body.session).toBe(alice.session);
    },
  },
  {
    clause: '3.3',
    title: 'messages of several applications share one answer',
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice', 'orders', 'calls', 'news');
      await alice.poll();
      for (const name of ['news', 'orders', 'calls']) await publisher(name).to('alice', `of ${name}`);
      const polled = await alice.poll();
      for (const name of ['news', 'orders', 'calls']) expect(polled.data(name)).toEqual([`of ${name}`]);
    },
  },
  {
    clause: '3.7',
    title: 'a direct message has its id, cursor, moment, kind, type and data, and nothing that was not given',
    run: async ({ client, publisher, expect }) => {
      const { accepted } = await publisher().publish({ type: 'order.changed', data: { total: 7 } });
      const [message] = (await client('alice').poll()).messages('orders');
      expect(Object.keys(message ?? {}).sort()).toEqual(['acceptedMs', 'cursor', 'data', 'id', 'kind', 'type']);
      expect(message?.id).toBe(accepted[0]?.id);
      expect(message?.kind === 'direct' && message.type).toBe('order.changed');
      expect(Number.isInteger(message?.acceptedMs)).toBe(true);
    },
  },
  {
    clause: '3.7',
    title: 'topic and urgency come with the message where they were given',
    run: async ({ client, publisher, expect }) => {
      await publisher().publish({ topic: 'o-7', urgency: 'low', data: 1 });
      const [message] = (await client('alice').poll()).messages('orders');
      expect([message?.topic, message?.urgency]).toEqual(['o-7', 'low']);
    },
  },
  {
    clause: '3.8',
    title: 'messages come in the order of their publishing, over many requests',
    run: async ({ client, publisher, expect }) => {
      const orders = publisher();
      for (let i = 0; i < 20; i++) await orders.to('alice', i * 2, i * 2 + 1);
      expect(await client('alice').drain('orders')).toEqual(Array.from({ length: 40 }, (_, i) => i));
    },
  },
];
