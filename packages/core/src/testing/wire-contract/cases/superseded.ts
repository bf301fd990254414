/** Two polls of one session: protocol §7.3. */
import { problemOf } from '../answer.ts';
import type { WireClient } from '../client.ts';
import type { Wire, WireCase } from '../wire.ts';

async function opened(wire: Wire): Promise<WireClient> {
  const alice = wire.client('alice');
  await alice.poll();
  return alice;
}

export const superseded: readonly WireCase[] = [
  {
    clause: '7.3',
    title: 'a newer poll takes over: the held one gets 409 superseded at once',
    run: async (wire) => {
      const alice = await opened(wire);
      const older = alice.send({ wait: 20 });
      wire.expect(await wire.isPending(older)).toBe(true);
      const newer = alice.send({ wait: 20 });
      const lost = await older;
      wire.expect([lost.status, problemOf(lost).code]).toEqual([409, 'superseded']);
      wire.expect(await wire.isPending(newer)).toBe(true);
      await wire.publisher().to('alice', 1);
      wire.expect((await newer).status).toBe(200);
    },
  },
  {
    clause: '7.3',
    title: 'an equal seq is a retry, and the later arrival wins',
    run: async (wire) => {
      const alice = await opened(wire);
      const seq = alice.seq + 1;
      const first = alice.send({ wait: 20 });
      wire.expect(await wire.isPending(first)).toBe(true);
      const retry = alice.send({ wait: 20, body: { seq } });
      wire.expect((await first).status).toBe(409);
      await wire.publisher().to('alice', 1);
      wire.expect((await retry).status).toBe(200);
    },
  },
  {
    clause: '7.3',
    title: 'a late poll with a lower seq loses at once, and the held one goes on',
    run: async (wire) => {
      const alice = await opened(wire);
      const held = alice.send({ wait: 20, body: { seq: 10 } });
      wire.expect(await wire.isPending(held)).toBe(true);
      const late = await alice.send({ wait: 20, body: { seq: 9 } });
      wire.expect([late.status, problemOf(late).code]).toEqual([409, 'superseded']);
      wire.expect(await wire.isPending(held)).toBe(true);
      await wire.publisher().to('alice', 1);
      wire.expect((await held).status).toBe(200);
    },
  },
  {
    clause: '7.3',
    title: 'a late poll loses also when nothing is held',
    run: async (wire) => {
      const alice = await opened(wire);
      wire.expect((await alice.send({ body: { seq: 50 } })).status).toBe(204);
      wire.expect((await alice.send({ body: { seq: 49 } })).status).toBe(409);
      wire.expect((await alice.send({ body: { seq: 50 } })).status).toBe(204);
      wire.expect((await alice.send({ body: { seq: 51 } })).status).toBe(204);
    },
  },
  {
    clause: '7.3',
    title: 'what an overtaken poll was sent comes again',
    run: async (wire) => {
      const alice = await opened(wire);
      const body = { session: alice.session, wait: 0, applications: { orders: alice.state('orders') } };
      await wire.publisher().to('alice', 1, 2);
      for (const seq of [20, 20, 21]) {
        const polled = await alice.poll({ body: { ...body, seq } });
        wire.expect(polled.data('orders')).toEqual([1, 2]);
      }
    },
  },
  {
    clause: '7.3',
    title: 'seq up to 2^53-1 counts, beyond it is refused',
    run: async (wire) => {
      const alice = await opened(wire);
      wire.expect((await alice.send({ body: { seq: Number.MAX_SAFE_INTEGER } })).status).toBe(204);
      const beyond = await alice.send({ body: { seq: 2 ** 53 } });
      wire.expect([beyond.status, problemOf(beyond).code, problemOf(beyond).field]).toEqual([400, 'invalid-field', 'seq']);
    },
  },
  {
    clause: '7.3',
    title: 'two sessions of a recipient do not supersede each other',
    run: async (wire) => {
      const first = await opened(wire);
      const second = await opened(wire);
      const one = first.poll({ wait: 20 });
      const two = second.poll({ wait: 20 });
      wire.expect(await wire.isPending(Promise.race([one, two]))).toBe(true);
      await wire.publisher().to('alice', 'both');
      wire.expect([(await one).data('orders'), (await two).data('orders')]).toEqual([['both'], ['both']]);
    },
  },
];
