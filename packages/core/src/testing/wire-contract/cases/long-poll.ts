/** Held polls: protocol §3.6. */
import { type Polled, polledOf } from '../answer.ts';
import type { Wire, WireCase } from '../wire.ts';

/** Opens a session, and begins a poll that is held. */
async function hold(wire: Wire, recipient: string, wait = 20): Promise<{ readonly held: Promise<Polled> }> {
  const client = wire.client(recipient);
  await client.poll();
  const held = client.poll({ wait });
  wire.expect(await wire.isPending(held)).toBe(true);
  return { held };
}

export const longPoll: readonly WireCase[] = [
  {
    clause: '3.6',
    title: 'a held poll is answered by a publish, in the same exchange',
    run: async (wire) => {
      const { held } = await hold(wire, 'alice');
      await wire.publisher().to('alice', 'ring');
      wire.expect((await held).data('orders')).toEqual(['ring']);
    },
  },
  {
    clause: '3.6',
    title: 'a held poll is answered 204 when its wait is over, and not before',
    run: async (wire) => {
      const { held } = await hold(wire, 'alice', 1);
      await wire.pass(1000);
      wire.expect((await held).status).toBe(204);
    },
  },
  {
    clause: '3.6',
    title: 'wait is clamped to the limit',
    options: { limits: { holdSeconds: 1 } },
    run: async (wire) => {
      const { held } = await hold(wire, 'alice', 3600);
      await wire.pass(1000);
      wire.expect((await held).status).toBe(204);
    },
  },
  {
    clause: '3.6',
    title: "another recipient's message does not end a held poll",
    run: async (wire) => {
      const { held } = await hold(wire, 'alice');
      await wire.publisher().to('bob', 'not yours');
      wire.expect(await wire.isPending(held)).toBe(true);
      await wire.publisher().to('alice', 'yours');
      wire.expect((await held).data('orders')).toEqual(['yours']);
    },
  },
  {
    clause: '3.6',
    title: "another application's message does not end a held poll that does not name it",
    run: async (wire) => {
      const { held } = await hold(wire, 'alice');
      await wire.publisher('calls').to('alice', 'not asked for');
      wire.expect(await wire.isPending(held)).toBe(true);
      await wire.publisher().to('alice', 1);
      wire.expect((await held).status).toBe(200);
    },
  },
  {
    clause: '9.3',
    title: 'waiting tells how many held polls a publish woke',
    run: async (wire) => {
      const alice = await hold(wire, 'alice');
      const again = await hold(wire, 'alice');
      const bob = await hold(wire, 'bob');
      const { accepted } = await wire.publisher().publish({ to: { recipients: ['alice', 'bob', 'carol'] }, data: 1 });
      wire.expect(accepted.map((entry) => [entry.recipient, entry.waiting])).toEqual([
        ['alice', 2],
        ['bob', 1],
        ['carol', 0],
      ]);
      for (const { held } of [alice, again, bob]) wire.expect((await held).status).toBe(200);
    },
  },
  {
    clause: '3.6',
    title: 'a message published between two polls is not missed',
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      await wire.publisher().to('alice', 1);
      wire.expect((await alice.poll({ wait: 20 })).data('orders')).toEqual([1]);
    },
  },
  {
    clause: '3.6',
    title: 'no poll is held past the expiry of its credential',
    run: async (wire) => {
      const alice = wire.clientWith('alice', { expiresIn: 1 });
      await alice.poll();
      const held = alice.send({ wait: 20 });
      await wire.settle();
      await wire.pass(1100);
      wire.expect([200, 204, 401].includes((await held).status)).toBe(true);
    },
  },
  {
    clause: '3.11',
    title: 'a client that hangs up a held poll loses nothing that comes after',
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      const cut = new AbortController();
      const held = alice.send({ wait: 20, signal: cut.signal }).catch(() => 'cut');
      wire.expect(await wire.isPending(held)).toBe(true);
      cut.abort();
      wire.expect(await held).toBe('cut');
      await wire.settle();
      const { accepted } = await wire.publisher().publish({ data: 'after' });
      wire.expect(accepted[0]?.waiting).toBe(0);
      wire.expect((await alice.poll({ wait: 20 })).data('orders')).toEqual(['after']);
    },
  },
  {
    clause: '4.10',
    title: 'a client that has handled nothing yet is held like any other',
    run: async (wire) => {
      await wire.publisher().to('alice', 1);
      const alice = wire.client('alice');
      wire.expect((await alice.poll()).data('orders')).toEqual([1]);
      wire.expect(alice.state('orders').cursor).toBe(null);
      const held = alice.poll({ wait: 20 });
      wire.expect(await wire.isPending(held)).toBe(true);
      await wire.publisher().to('alice', 2);
      wire.expect((await held).data('orders')).toEqual([2]);
    },
  },
  {
    clause: '3.6',
    title: 'a fractional wait is a wait',
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      const answer = alice.send({ wait: 0.5 });
      wire.expect(await wire.isPending(answer)).toBe(true);
      await wire.pass(1000);
      wire.expect(polledOf(await answer).status).toBe(204);
    },
  },
];
