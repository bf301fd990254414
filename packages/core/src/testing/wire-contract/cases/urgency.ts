/** Urgency and latency budgets: protocol §8.2 to §8.4. */
import type { WireCase } from '../wire.ts';

export const urgency: readonly WireCase[] = [
  {
    clause: '8.3',
    title: 'urgency never reorders a queue',
    run: async ({ client, publisher, expect }) => {
      const orders = publisher();
      for (const level of ['very-low', 'high', 'low', 'normal', 'high']) await orders.publish({ urgency: level, data: level });
      expect((await client('alice').poll()).data('orders')).toEqual(['very-low', 'high', 'low', 'normal', 'high']);
    },
  },
  {
    clause: '9.1',
    title: 'an urgency that does not exist is refused',
    run: async ({ publisher, expect }) => {
      for (const level of ['urgent', '', 'HIGH', 1, null, 'constructor']) {
        const answer = await publisher().send({
          to: { recipients: ['alice'] },
          kind: 'direct',
          type: 't',
          data: 1,
          urgency: level,
        });
        expect([level, answer.status]).toEqual([level, 400]);
      }
    },
  },
  {
    clause: '8.4',
    title: 'maxDelay: messages of the application alone do not end a held poll before it',
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      const held = alice.poll({ wait: 20, each: { maxDelay: 1 } });
      wire.expect(await wire.isPending(held)).toBe(true);
      await wire.publisher().to('alice', 1);
      wire.expect(await wire.isPending(held)).toBe(true);
      await wire.publisher().to('alice', 2);
      await wire.pass(1050);
      wire.expect((await held).data('orders')).toEqual([1, 2]);
    },
  },
  {
    clause: '8.4',
    title: 'a high message does not wait for maxDelay, and takes those before it along',
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      const held = alice.poll({ wait: 20, each: { maxDelay: 15 } });
      wire.expect(await wire.isPending(held)).toBe(true);
      await wire.publisher().to('alice', 'patient');
      wire.expect(await wire.isPending(held)).toBe(true);
      await wire.publisher().publish({ urgency: 'high', data: 'ring' });
      wire.expect((await held).data('orders')).toEqual(['patient', 'ring']);
    },
  },
  {
    clause: '8.4',
    title: 'a high message behind more than one answer holds ends the wait all the same',
    options: { limits: { responseBytes: 2000 } },
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      const held = alice.poll({ wait: 20, each: { maxDelay: 15 } });
      wire.expect(await wire.isPending(held)).toBe(true);
      for (const letter of ['a', 'b', 'c']) await wire.publisher().publish({ data: letter.repeat(900) });
      await wire.publisher().publish({ urgency: 'high', data: 'ring' });
      wire.expect((await held).body.more).toBe(true);
      wire.expect((await alice.drain('orders')).at(-1)).toBe('ring');
    },
  },
  {
    clause: '8.4',
    title: 'a poll ended by another application takes everything pending',
    run: async (wire) => {
      const alice = wire.client('alice', 'orders', 'calls');
      await alice.poll();
      alice.set('orders', { ...alice.state('orders'), maxDelay: 15 });
      const held = alice.poll({ wait: 20 });
      wire.expect(await wire.isPending(held)).toBe(true);
      await wire.publisher('orders').to('alice', 'patient');
      wire.expect(await wire.isPending(held)).toBe(true);
      await wire.publisher('calls').to('alice', 'ring');
      const polled = await held;
      wire.expect([polled.data('orders'), polled.data('calls')]).toEqual([['patient'], ['ring']]);
    },
  },
  {
    clause: '8.4',
    title: 'a poll with wait 0 takes what is waiting for its maxDelay',
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice');
      await alice.poll();
      await publisher().to('alice', 1);
      expect((await alice.poll({ each: { maxDelay: 60 } })).data('orders')).toEqual([1]);
    },
  },
  {
    clause: '8.4',
    title: 'the wait that is over takes what is waiting for its maxDelay',
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      const held = alice.poll({ wait: 1, each: { maxDelay: 15 } });
      wire.expect(await wire.isPending(held)).toBe(true);
      await wire.publisher().to('alice', 1);
      await wire.pass(1000);
      wire.expect((await held).data('orders')).toEqual([1]);
    },
  },
];
