/** Tickets for browsers that cannot send a header: protocol §14.9. */
import { problemOf } from '../answer.ts';
import type { Wire, WireCase } from '../wire.ts';
import { dataOf } from './streams.ts';

async function ticketFor(wire: Wire, recipient: string): Promise<string> {
  const answer = await wire.send('POST', '/ticket', { headers: wire.peer.authorization(recipient) });
  wire.expect(answer.status).toBe(200);
  const { ticket, expires } = answer.json as { readonly ticket: string; readonly expires: number };
  wire.expect(ticket).toMatch(/^[A-Za-z0-9_-]{22,}$/);
  wire.expect(expires).toBe(60);
  return ticket;
}

export const tickets: readonly WireCase[] = [
  {
    clause: '14.9',
    title: 'a ticket opens one stream of its recipient, and no second one',
    run: async (wire) => {
      await wire.publisher().to('alice', 'mine');
      const ticket = await ticketFor(wire, 'alice');
      const stream = await wire.stream(`/stream?app=orders&ticket=${ticket}`, {});
      wire.expect(dataOf(await stream.next())).toEqual(['mine']);
      stream.close();
      const again = await wire.stream(`/stream?app=orders&ticket=${ticket}`, {});
      wire
        .expect([again.status, again.answer === undefined ? '' : problemOf(again.answer).code])
        .toEqual([401, 'unauthenticated']);
    },
  },
  {
    clause: '14.9',
    title: 'a ticket that never was is 401, and a ticket opens nothing else',
    run: async (wire) => {
      for (const ticket of ['', 'x', '__proto__', '%00', 'A'.repeat(40)]) {
        wire.expect([ticket, (await wire.stream(`/stream?app=orders&ticket=${ticket}`, {})).status]).toEqual([ticket, 401]);
      }
      const ticket = await ticketFor(wire, 'alice');
      const polled = await wire.send('POST', `/poll?ticket=${ticket}`, {
        headers: { 'content-type': 'application/json' },
        body: { applications: {} },
      });
      wire.expect(polled.status).toBe(401);
    },
  },
  {
    clause: '14.9',
    title: 'a ticket does not outlive its minute',
    run: async (wire) => {
      if (wire.peer.clockAdvance === undefined) return;
      const ticket = await ticketFor(wire, 'alice');
      await wire.pass(61_000);
      wire.expect((await wire.stream(`/stream?app=orders&ticket=${ticket}`, {})).status).toBe(401);
    },
  },
  {
    clause: '14.9',
    title: 'tickets need a credential, and are never alike',
    run: async (wire) => {
      wire.expect((await wire.send('POST', '/ticket')).status).toBe(401);
      const all = new Set<string>();
      for (let n = 0; n < 10; n++) all.add(await ticketFor(wire, 'alice'));
      wire.expect(all.size).toBe(10);
    },
  },
  {
    clause: '11.2',
    title: 'a token in the address is refused',
    run: async (wire) => {
      for (const name of ['token', 'access_token', 'authorization']) {
        const stream = await wire.stream(`/stream?app=orders&${name}=secret`, { headers: wire.peer.authorization('alice') });
        wire.expect([name, stream.status]).toEqual([name, 400]);
        wire.expect(stream.answer?.text.includes('secret') ?? true).toBe(false);
      }
    },
  },
];
