/** Cursors as acknowledgements: protocol §3.10, §4.2, §4.3, §4.6, §4.9, §5.1. */
import type { Wire, WireCase } from '../wire.ts';

/** The state that the publisher is told of a message. */
export async function stateOf(wire: Wire, id: string | undefined, application = 'orders'): Promise<unknown> {
  const answer = await wire.publisher(application).status(id ?? '');
  return (answer.json as { readonly state?: unknown } | undefined)?.state;
}

/** Whether a message has left the queue by acknowledgement: protocol §10.1, nobody is listed any more. */
export async function isFreed(wire: Wire, id: string | undefined): Promise<boolean> {
  const answer = await wire.publisher().status(id ?? '');
  const found = (answer.json ?? {}) as { readonly state?: unknown; readonly sessions?: readonly unknown[] };
  return found.state === 'acknowledged' && found.sessions?.length === 0;
}

export const acknowledgement: readonly WireCase[] = [
  {
    clause: '3.10',
    title: 'a message is offered again while the client has not said that it was received',
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice');
      await alice.poll();
      const before = alice.state('orders');
      await publisher().to('alice', 1, 2);
      for (let i = 0; i < 3; i++) {
        alice.set('orders', before);
        expect((await alice.poll()).data('orders')).toEqual([1, 2]);
      }
    },
  },
  {
    clause: '5.1',
    title: 'sending frees nothing: the message stays until it is acknowledged',
    run: async (wire) => {
      const [id] = await wire.publisher().to('alice', 1);
      const alice = wire.client('alice');
      await alice.poll();
      wire.expect(await stateOf(wire, id)).toBe('delivered');
      alice.handle();
      await alice.poll();
      wire.expect(await stateOf(wire, id)).toBe('acknowledged');
    },
  },
  {
    clause: '4.2',
    title: 'read is no acknowledgement',
    run: async (wire) => {
      const [id] = await wire.publisher().to('alice', 1);
      const alice = wire.client('alice');
      await alice.poll();
      wire.expect((await alice.poll()).status).toBe(204);
      wire.expect((await alice.poll()).status).toBe(204);
      wire.expect(await stateOf(wire, id)).toBe('delivered');
    },
  },
  {
    clause: '4.2',
    title: 'reading goes on after read while an earlier message is still being handled',
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice');
      await alice.poll();
      for (const data of [1, 2, 3]) {
        await publisher().to('alice', data);
        expect((await alice.poll()).data('orders')).toEqual([data]);
      }
    },
  },
  {
    clause: '4.2',
    title: 'without read, reading goes on after cursor',
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice');
      const cursor = (await alice.poll()).cursor('orders') ?? null;
      await publisher().to('alice', 1, 2);
      await alice.poll();
      alice.set('orders', { cursor });
      expect((await alice.poll()).data('orders')).toEqual([1, 2]);
    },
  },
  {
    clause: '4.3',
    title: "a message's own cursor acknowledges it and all before it, and nothing behind",
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      const ids = await wire.publisher().to('alice', 1, 2, 3);
      const [, second] = (await alice.poll()).messages('orders');
      alice.set('orders', { cursor: second?.cursor ?? null });
      wire.expect((await alice.poll()).data('orders')).toEqual([3]);
      const states = await Promise.all(ids.map((id) => stateOf(wire, id)));
      wire.expect(states).toEqual(['acknowledged', 'acknowledged', 'delivered']);
    },
  },
  {
    clause: '4.3',
    title: "the last message's cursor and the section's acknowledge the same",
    run: async (wire) => {
      const ids = await wire.publisher().to('alice', 1, 2);
      const alice = wire.client('alice');
      const last = (await alice.poll()).messages('orders').at(-1);
      alice.set('orders', { cursor: last?.cursor ?? null });
      wire.expect((await alice.poll()).status).toBe(204);
      wire.expect(await stateOf(wire, ids[1])).toBe('acknowledged');
    },
  },
  {
    clause: '4.6',
    title: 'a lower cursor frees nothing and brings nothing back',
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      const early = alice.state('orders');
      const [first] = await wire.publisher().to('alice', 1);
      await alice.poll();
      alice.handle();
      const [second] = await wire.publisher().to('alice', 2);
      wire.expect((await alice.poll()).data('orders')).toEqual([2]);
      alice.set('orders', early);
      wire.expect((await alice.poll()).data('orders')).toEqual([2]);
      wire.expect([await stateOf(wire, first), await stateOf(wire, second)]).toEqual(['acknowledged', 'delivered']);
    },
  },
  {
    clause: '4.6',
    title: 'a lower read reads again what is still held',
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice');
      await alice.poll();
      await publisher().to('alice', 1, 2, 3);
      const [first] = (await alice.poll()).messages('orders');
      const { cursor } = alice.state('orders');
      alice.set('orders', { cursor, read: first?.cursor ?? null });
      expect((await alice.poll()).data('orders')).toEqual([2, 3]);
    },
  },
  {
    clause: '4.9',
    title: 'a cursor past read counts as read',
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice');
      const start = (await alice.poll()).cursor('orders') ?? null;
      await publisher().to('alice', 1, 2);
      const end = (await alice.poll()).cursor('orders') ?? null;
      alice.set('orders', { cursor: end, read: start });
      expect((await alice.poll()).data('orders')).toEqual([]);
    },
  },
  {
    clause: '4.10',
    title: 'received and nothing handled frees nothing, also for a session that the server does not know',
    run: async (wire) => {
      const ids = await wire.publisher().to('alice', 1, 2);
      const alice = wire.client('alice');
      await alice.poll();
      alice.forgetSession();
      await alice.poll();
      await alice.poll();
      for (const id of ids) wire.expect(await isFreed(wire, id)).toBe(false);
      alice.set('orders', { cursor: null });
      wire.expect((await alice.poll()).data('orders')).toEqual([1, 2]);
    },
  },
];
