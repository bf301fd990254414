/** Collapse by topic: protocol §9.7, §6.4. */
import type { WireCase } from '../wire.ts';
import { stateOf } from './acknowledgement.ts';

export const topics: readonly WireCase[] = [
  {
    clause: '9.7',
    title: 'a newer message of a topic replaces the pending one, at the tail',
    run: async ({ client, publisher, expect }) => {
      const orders = publisher();
      await orders.publish({ topic: 't', data: 'old' });
      await orders.to('alice', 'between');
      await orders.publish({ topic: 't', data: 'new' });
      expect((await client('alice').poll()).data('orders')).toEqual(['between', 'new']);
    },
  },
  {
    clause: '9.7',
    title: 'the newer one has an id of its own, and the older is told as collapsed',
    run: async (wire) => {
      const first = await wire.publisher().publish({ topic: 't', data: 1 });
      const second = await wire.publisher().publish({ topic: 't', data: 2 });
      const [older, newer] = [first.accepted[0]?.id, second.accepted[0]?.id];
      wire.expect(older === newer).toBe(false);
      wire.expect([await stateOf(wire, older), await stateOf(wire, newer)]).toEqual(['collapsed', 'pending']);
    },
  },
  {
    clause: '9.7',
    title: 'a client that received the older gets the newer, too',
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice');
      await alice.poll();
      await publisher().publish({ topic: 't', data: 'old' });
      expect((await alice.poll()).data('orders')).toEqual(['old']);
      await publisher().publish({ topic: 't', data: 'new' });
      const polled = await alice.poll();
      expect([polled.data('orders'), polled.gap('orders')]).toEqual([['new'], undefined]);
    },
  },
  {
    clause: '9.7',
    title: 'topics are of one address and one application',
    run: async ({ client, publisher, expect }) => {
      for (const name of ['orders', 'calls']) {
        for (const recipient of ['alice', 'bob'])
          await publisher(name).publish({ to: { recipients: [recipient] }, topic: 't', data: `${recipient} ${name}` });
      }
      await publisher().publish({ to: { recipients: ['alice'] }, topic: 'T', data: 'other case' });
      const alice = await client('alice', 'orders', 'calls').poll();
      expect([alice.data('orders'), alice.data('calls')]).toEqual([['alice orders', 'other case'], ['alice calls']]);
      expect((await client('bob').poll()).data('orders')).toEqual(['bob orders']);
    },
  },
  {
    clause: '9.7',
    title: 'an acknowledged message is not replaced: the newer one simply follows',
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice');
      await publisher().publish({ topic: 't', data: 1 });
      await alice.poll();
      alice.handle();
      await alice.poll();
      await publisher().publish({ topic: 't', data: 2 });
      const polled = await alice.poll();
      expect([polled.data('orders'), polled.gap('orders')]).toEqual([[2], undefined]);
    },
  },
  {
    clause: '9.7',
    title: 'a newer message of a pending topic succeeds in a full queue',
    options: { limits: { queueMessages: 2 } },
    run: async ({ client, publisher, expect }) => {
      await publisher().publish({ topic: 't', data: 'old' });
      await publisher().to('alice', 'other');
      const full = await publisher().send([{ to: { recipients: ['alice'] }, kind: 'direct', type: 't', data: 'no room' }]);
      expect(full.status).toBe(429);
      await publisher().publish({ topic: 't', data: 'new' });
      expect((await client('alice').poll()).data('orders')).toEqual(['other', 'new']);
    },
  },
  {
    clause: '9.7',
    title: 'a stream of updates does not hold itself back: the latency clock is inherited',
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      const held = alice.poll({ wait: 20, each: { maxDelay: 1 } });
      wire.expect(await wire.isPending(held)).toBe(true);
      await wire.publisher().publish({ topic: 't', data: 1 });
      await wire.pass(600);
      await wire.publisher().publish({ topic: 't', data: 2 });
      await wire.pass(600);
      wire.expect((await held).data('orders')).toEqual([2]);
    },
  },
];
