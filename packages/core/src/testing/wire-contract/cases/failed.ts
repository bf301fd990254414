/** Parking of what a client could not handle: protocol §6.8. */
import { problemOf } from '../answer.ts';
import type { WireCase } from '../wire.ts';
import { stateOf } from './acknowledgement.ts';

export const failed: readonly WireCase[] = [
  {
    clause: '6.8',
    title: 'a message reported as failed is parked, the ones behind it flow, and the gap tells',
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      const before = alice.state('orders');
      const ids = await wire.publisher().to('alice', 1, 'poison', 3);
      await alice.poll();
      alice.set('orders', before);
      const polled = await alice.poll({ body: { failed: [{ id: ids[1], reason: 'the handler threw' }] } });
      wire.expect([polled.data('orders'), polled.losses('orders')]).toEqual([[1, 3], [['parked', 1]]]);
      wire.expect(await stateOf(wire, ids[1])).toBe('parked');
      wire.expect((await stateOf(wire, ids[2])) === 'parked').toBe(false);
    },
  },
  {
    clause: '6.8',
    title: "another session of the recipient gets a gap in the parked message's place",
    run: async (wire) => {
      const first = wire.client('alice');
      const second = wire.client('alice');
      await first.poll();
      await second.poll();
      const [id] = await wire.publisher().to('alice', 'poison', 2);
      await first.poll();
      await first.poll({ body: { failed: [{ id, reason: 'no' }] } });
      const polled = await second.poll();
      wire.expect([polled.data('orders'), polled.losses('orders')]).toEqual([[2], [['parked', 1]]]);
    },
  },
  {
    clause: '6.8',
    title: "another recipient's message is not parked",
    run: async (wire) => {
      const [id] = await wire.publisher().to('alice', 1);
      await wire.client('alice').poll();
      const polled = await wire.client('mallory').poll({ body: { failed: [{ id, reason: 'mine now' }] } });
      wire.expect(polled.status).toBe(200);
      wire.expect((await stateOf(wire, id)) === 'parked').toBe(false);
      wire.expect((await wire.client('alice').poll()).data('orders')).toEqual([1]);
    },
  },
  {
    clause: '6.8',
    title: 'a message for everyone is not parked by one recipient',
    run: async (wire) => {
      const alice = wire.client('alice');
      const bob = wire.client('bob');
      await alice.poll();
      await bob.poll();
      const [id] = await wire.publisher().direct({ everyone: true }, ['all']);
      await alice.poll();
      await alice.poll({ body: { failed: [{ id, reason: 'no' }] } });
      const polled = await bob.poll();
      wire.expect([polled.data('orders'), polled.gap('orders')]).toEqual([['all'], undefined]);
    },
  },
  {
    clause: '6.8',
    title: "a message that is told and not to be parked stays where it is, for the recipient's other sessions",
    run: async (wire) => {
      const first = wire.client('alice');
      const second = wire.client('alice');
      await first.poll();
      await second.poll();
      const [id] = await wire.publisher().to('alice', 1);
      await first.poll();
      await first.poll({ body: { failed: [{ id, reason: 'unhandled', park: false }] } });
      wire.expect((await stateOf(wire, id)) === 'parked').toBe(false);
      const polled = await second.poll();
      wire.expect([polled.data('orders'), polled.gap('orders')]).toEqual([[1], undefined]);
    },
  },
  {
    clause: '6.8',
    title: 'unknown ids are ignored',
    run: async ({ client, expect }) => {
      const ids = ['', 'x', '__proto__', 'A'.repeat(500), '\u0000', `${'A'.repeat(11)}1`];
      const polled = await client('alice').poll({ body: { failed: ids.map((id) => ({ id, reason: 'r' })) } });
      expect(polled.status).toBe(200);
    },
  },
  {
    clause: '6.8',
    title: 'delivery alone never parks',
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      const before = alice.state('orders');
      const [id] = await wire.publisher().to('alice', 1);
      for (let i = 0; i < 12; i++) {
        alice.set('orders', before);
        wire.expect((await alice.poll()).data('orders')).toEqual([1]);
      }
      wire.expect(await stateOf(wire, id)).toBe('delivered');
    },
  },
  {
    clause: '2.7',
    title: 'a wrong failed member names its field',
    run: async ({ client, expect }) => {
      const wrong: readonly (readonly [unknown, string])[] = [
        ['x', 'failed'],
        [[1], 'failed.0.id'],
        [[{ id: 'a', reason: 'b' }, { id: 1 }], 'failed.1.id'],
        [[{ id: 'a', reason: {} }], 'failed.0.reason'],
        [[{ id: 'a', reason: 'b', park: 'no' }], 'failed.0.park'],
        [Array.from({ length: 101 }, () => ({ id: 'a', reason: 'b' })), 'failed'],
      ];
      for (const [value, field] of wrong) {
        const answer = await client('alice').send({ body: { failed: value } });
        expect([answer.status, problemOf(answer).code, problemOf(answer).field]).toEqual([400, 'invalid-field', field]);
      }
    },
  },
];
