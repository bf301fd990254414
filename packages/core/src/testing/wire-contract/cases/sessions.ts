/** Unknown and foreign sessions, and goodbye: protocol §7.2, §7.4. */
import { polledOf } from '../answer.ts';
import type { WireCase } from '../wire.ts';
import { stateOf } from './acknowledgement.ts';

export const sessions: readonly WireCase[] = [
  {
    clause: '7.2',
    title: 'an unknown session is registered anew in the same exchange, and its cursors still hold',
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      const [first] = await wire.publisher().to('alice', 1);
      await alice.poll();
      alice.handle();
      await wire.publisher().to('alice', 2);
      const polled = await alice.poll({ body: { session: `s_${'A'.repeat(32)}`, seq: 1 } });
      wire.expect(polled.data('orders')).toEqual([2]);
      wire.expect(polled.gap('orders')).toBe(undefined);
      wire.expect(polled.body.session === `s_${'A'.repeat(32)}`).toBe(false);
      wire.expect((await stateOf(wire, first)) === 'delivered').toBe(false);
    },
  },
  {
    clause: '7.2',
    title: 'a session is told at once which one it is now, however long it would wait',
    run: async ({ client, expect }) => {
      const alice = client('alice');
      await alice.poll();
      const polled = await alice.poll({ wait: 20, body: { session: 's_gone', seq: 1 } });
      expect(polled.status).toBe(200);
      expect(polled.body.session ?? '').toMatch(/^s_[A-Za-z0-9_-]{22,}$/);
    },
  },
  {
    clause: '7.2',
    title: 'a session id that the client made up is not adopted',
    run: async ({ client, expect }) => {
      const forged = ['s_mine', '', '__proto__', 'x'.repeat(256), 'é\u2028', `s_${'0'.repeat(22)}`];
      for (const session of forged) {
        const polled = await client('alice').poll({ body: { session } });
        expect(polled.body.session === session).toBe(false);
        expect(polled.body.session ?? '').toMatch(/^s_[A-Za-z0-9_-]{22,}$/);
      }
    },
  },
  {
    clause: '7.2',
    title: "another recipient's session and a random one get the same answer, and the other is not disturbed",
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      const held = alice.poll({ wait: 20 });
      wire.expect(await wire.isPending(held)).toBe(true);
      const shapes: unknown[] = [];
      for (const session of [alice.session, `s_${'Z'.repeat(32)}`]) {
        const answer = await wire.pollRaw('mallory', { session, seq: 1000, wait: 0, applications: { orders: { cursor: null } } });
        const polled = polledOf(answer);
        wire.expect(polled.body.session === alice.session).toBe(false);
        shapes.push([answer.status, [...answer.headers.keys()].sort(), Object.keys(polled.body), polled.messages('orders')]);
      }
      wire.expect(shapes[0]).toEqual(shapes[1]);
      wire.expect(await wire.isPending(held)).toBe(true);
      await wire.publisher().to('alice', 'still mine');
      wire.expect((await held).data('orders')).toEqual(['still mine']);
    },
  },
  {
    clause: '7.2',
    title: 'an expired session goes on with its cursors',
    options: { limits: { sessionSeconds: 1 } },
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      await wire.publisher().to('alice', 1);
      wire.expect((await alice.poll()).data('orders')).toEqual([1]);
      await wire.pass(1300);
      await wire.publisher().to('alice', 2);
      const polled = await alice.poll();
      wire.expect([polled.data('orders'), polled.gap('orders')]).toEqual([[2], undefined]);
    },
  },
  {
    clause: '8.5',
    title: 'where hidden pages are to be slow, the answer that opens the session says so, and the session waits for them',
    options: { limits: { sessionSeconds: 1, hiddenSeconds: 1 } },
    run: async (wire) => {
      const alice = wire.client('alice');
      const opened = await alice.poll();
      wire.expect(opened.body.advice?.hidden).toBe(1);
      const { session } = alice;
      await wire.pass(1300);
      await wire.publisher().to('alice', 1);
      const polled = await alice.poll();
      wire.expect([polled.data('orders'), alice.session]).toEqual([[1], session]);
      wire.expect(polled.body.advice).toBe(undefined);
    },
  },
  {
    clause: '8.5',
    title: 'hidden pages are not advised to be slow unless that is set',
    run: async ({ client, expect }) => {
      expect((await client('alice').poll()).body.advice?.hidden).toBe(undefined);
    },
  },
  {
    clause: '7.4',
    title: 'goodbye ends the held poll and is a 204',
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      const held = alice.send({ wait: 20 });
      wire.expect(await wire.isPending(held)).toBe(true);
      wire.expect((await alice.goodbye()).status).toBe(204);
      wire.expect([204, 401, 409].includes((await held).status)).toBe(true);
    },
  },
  {
    clause: '7.4',
    title: 'goodbye twice, of an unknown session and of the empty one are the same 204',
    run: async ({ client, send, peer, expect }) => {
      const alice = client('alice');
      await alice.poll();
      expect([(await alice.goodbye()).status, (await alice.goodbye()).status]).toEqual([204, 204]);
      const unknown = await send('DELETE', '/session/s_unknown', { headers: peer.authorization('alice') });
      expect(unknown.status).toBe(204);
    },
  },
  {
    clause: '7.4',
    title: "goodbye to another recipient's session does nothing",
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      const held = alice.poll({ wait: 20 });
      wire.expect(await wire.isPending(held)).toBe(true);
      const answer = await wire.send('DELETE', `/session/${alice.session}`, { headers: wire.peer.authorization('mallory') });
      wire.expect(answer.status).toBe(204);
      wire.expect(await wire.isPending(held)).toBe(true);
      await wire.publisher().to('alice', 1);
      wire.expect((await held).status).toBe(200);
    },
  },
  {
    clause: '7.4',
    title: 'after goodbye the messages are still there',
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      await wire.publisher().to('alice', 1);
      await alice.goodbye();
      wire.expect((await wire.client('alice').poll()).data('orders')).toEqual([1]);
    },
  },
];
