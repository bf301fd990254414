/** Taking a message back: protocol §10.2. */
import type { WireAnswer } from '../answer.ts';
import type { WireCase } from '../wire.ts';
import { stateOf } from './acknowledgement.ts';

function outcomeOf(answer: WireAnswer): readonly unknown[] {
  return [answer.status, (answer.json as { readonly outcome?: unknown } | undefined)?.outcome];
}

export const withdrawal: readonly WireCase[] = [
  {
    clause: '10.2',
    title: 'what was sent to nobody is taken back without a trace',
    run: async (wire) => {
      const ids = await wire.publisher().to('alice', 1, 2, 3);
      wire.expect(outcomeOf(await wire.publisher().withdraw(ids[1] ?? ''))).toEqual([200, 'withdrawn']);
      const polled = await wire.client('alice').poll();
      wire.expect([polled.data('orders'), polled.gap('orders')]).toEqual([[1, 3], undefined]);
      wire.expect(await stateOf(wire, ids[1])).toBe('withdrawn');
    },
  },
  {
    clause: '10.2',
    title: 'of what was already sent, a withdrawn message tells',
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      const [id] = await wire.publisher().to('alice', 1);
      await alice.poll();
      const held = alice.poll({ wait: 20 });
      wire.expect(await wire.isPending(held)).toBe(true);
      wire.expect(outcomeOf(await wire.publisher().withdraw(id ?? ''))).toEqual([200, 'announced']);
      const [message] = (await held).messages('orders');
      wire.expect(message?.kind === 'withdrawn' && message.of).toBe(id);
    },
  },
  {
    clause: '10.2',
    title: 'a session that had not received it gets it no more',
    run: async (wire) => {
      const first = wire.client('alice');
      const second = wire.client('alice');
      await first.poll();
      await second.poll();
      const [id] = await wire.publisher().to('alice', 'taken back', 'kept');
      await first.poll();
      await wire.publisher().withdraw(id ?? '');
      wire.expect((await second.poll()).data('orders').includes('taken back')).toBe(false);
    },
  },
  {
    clause: '10.2',
    title: 'a second withdrawal, and one of what was acknowledged, find nothing pending',
    run: async (wire) => {
      const [id, other] = await wire.publisher().to('alice', 1, 2);
      await wire.publisher().withdraw(id ?? '');
      wire.expect((await wire.publisher().withdraw(id ?? '')).status).toBe(404);
      const alice = wire.client('alice');
      await alice.poll();
      alice.handle();
      await alice.poll();
      wire.expect((await wire.publisher().withdraw(other ?? '')).status).toBe(404);
    },
  },
  {
    clause: '10.2',
    title: 'an id that never was is 404, whatever it looks like',
    run: async ({ publisher, expect }) => {
      for (const id of ['x', '__proto__', '0', 'A'.repeat(2000), 'AAAAAAAAAAA1', 'AAAAAAAAAAAzzzzzzzzzzz', 'é/\u2028']) {
        expect([id.slice(0, 20), (await publisher().withdraw(id)).status]).toEqual([id.slice(0, 20), 404]);
        expect((await publisher().status(id)).status).toBe(404);
      }
    },
  },
  {
    clause: '10.2',
    title: 'one recipient’s message is withdrawn, the others keep theirs',
    run: async ({ client, publisher, expect }) => {
      const { accepted } = await publisher().publish({ to: { recipients: ['alice', 'bob'] }, data: 1 });
      const mine = accepted.find((entry) => entry.recipient === 'alice');
      await publisher().withdraw(mine?.id ?? '');
      expect((await client('alice').poll()).data('orders')).toEqual([]);
      expect((await client('bob').poll()).data('orders')).toEqual([1]);
    },
  },
];
