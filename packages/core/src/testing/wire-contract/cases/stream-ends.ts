/** How streams live and end, and how they are acknowledged: protocol §14.5 to §14.7. */
import { problemOf } from '../answer.ts';
import type { WireEvent } from '../stream.ts';
import type { Wire, WireCase } from '../wire.ts';
import { isFreed, stateOf } from './acknowledgement.ts';
import { answerOf, connect, dataOf, sectionOf } from './streams.ts';

function reasonOf(event: WireEvent | undefined): unknown {
  return event?.event === 'end' ? (JSON.parse(event.data) as { readonly reason?: unknown }).reason : event;
}

function acknowledge(wire: Wire, recipient: string, body: unknown): ReturnType<Wire['send']> {
  return wire.send('POST', '/ack', {
    headers: { 'content-type': 'application/json', ...wire.peer.authorization(recipient) },
    body,
  });
}

export const streamEnds: readonly WireCase[] = [
  {
    clause: '14.5',
    title: 'a silent stream shows that it lives',
    options: { limits: { heartbeatSeconds: 1 } },
    run: async (wire) => {
      const stream = await connect(wire, 'alice');
      await stream.next();
      const before = stream.between.length;
      await wire.pass(1100);
      await wire.publisher().to('alice', 1);
      wire.expect(dataOf(await stream.next())).toEqual([1]);
      wire.expect(stream.between.slice(before).some((line) => line.startsWith(':'))).toBe(true);
      stream.close();
    },
  },
  {
    clause: '14.6',
    title: 'a stream ends at its age with an end event, and goes on from its id without loss',
    options: { limits: { streamSeconds: 1 } },
    run: async (wire) => {
      const stream = await connect(wire, 'alice');
      await stream.next();
      await wire.pass(1300);
      const end = await stream.next();
      wire.expect([reasonOf(end), await stream.next()]).toEqual(['age', undefined]);
      await wire.publisher().to('alice', 'after');
      const again = await connect(wire, 'alice', 'app=orders', end?.id);
      wire.expect(dataOf(await again.next())).toEqual(['after']);
      again.close();
    },
  },
  {
    clause: '14.6',
    title: 'a stream ends with the credential',
    run: async (wire) => {
      const headers = wire.peer.authorization('alice', { expiresIn: 1 });
      const stream = await wire.stream('/stream?app=orders', { headers });
      await stream.next();
      await wire.pass(1200);
      wire.expect(reasonOf(await stream.next())).toBe('expired');
    },
  },
  {
    clause: '14.6',
    title: 'a newer poll of the session ends its stream as superseded',
    run: async (wire) => {
      const body = { seq: 1, applications: { orders: { cursor: null } } };
      const stream = await wire.stream('/poll', { headers: wire.peer.authorization('alice'), body });
      const first = await stream.next();
      const next = {
        session: answerOf(first).session,
        seq: 2,
        wait: 0,
        applications: { orders: { cursor: sectionOf(first).cursor } },
      };
      wire.expect((await wire.pollRaw('alice', next)).status).toBe(204);
      wire.expect(reasonOf(await stream.next())).toBe('superseded');
    },
  },
  {
    clause: '14.6',
    title: 'goodbye ends the stream, with an end event',
    run: async (wire) => {
      const stream = await connect(wire, 'alice');
      const { session } = answerOf(await stream.next());
      wire
        .expect((await wire.send('DELETE', `/session/${session}`, { headers: wire.peer.authorization('alice') })).status)
        .toBe(204);
      wire.expect(reasonOf(await stream.next())).toBe('disconnected');
    },
  },
  {
    clause: '14.6',
    title: 'a graceful end tells streams when to come back',
    run: async (wire) => {
      const stream = await connect(wire, 'alice');
      await stream.next();
      const closing = wire.peer.close();
      await wire.pass(50);
      let end = await stream.next();
      while (end?.event === 'message') end = await stream.next();
      wire.expect(reasonOf(end)).toBe('drain');
      await closing;
    },
  },
  {
    clause: '14.7',
    title: 'a stream acknowledges nothing by itself; ack does',
    run: async (wire) => {
      const [id] = await wire.publisher().to('alice', 1);
      const stream = await connect(wire, 'alice');
      const first = await stream.next();
      await wire.settle();
      wire.expect(await stateOf(wire, id)).toBe('delivered');
      const { session } = answerOf(first);
      const answer = await acknowledge(wire, 'alice', { session, applications: { orders: sectionOf(first).cursor } });
      wire.expect([answer.status, answer.text]).toEqual([204, '']);
      wire.expect(await isFreed(wire, id)).toBe(true);
      await wire.publisher().to('alice', 2);
      wire.expect(dataOf(await stream.next())).toEqual([2]);
      stream.close();
    },
  },
  {
    clause: '14.7',
    title: 'the next connect acknowledges what its Last-Event-ID covers',
    run: async (wire) => {
      const [id] = await wire.publisher().to('alice', 1);
      const stream = await connect(wire, 'alice');
      const { session } = answerOf(await stream.next());
      await wire.publisher().to('alice', 2);
      const second = await stream.next();
      stream.close();
      await wire.send('DELETE', `/session/${session}`, { headers: wire.peer.authorization('alice') });
      const again = await connect(wire, 'alice', 'app=orders', second?.id);
      wire.expect(dataOf(await again.next())).toEqual([2]);
      wire.expect(await isFreed(wire, id)).toBe(true);
      again.close();
    },
  },
  {
    clause: '14.7',
    title: "ack of another's session, of an unknown one and of none frees nothing",
    run: async (wire) => {
      const [id] = await wire.publisher().to('alice', 1);
      const stream = await connect(wire, 'alice');
      const first = await stream.next();
      const applications = { orders: sectionOf(first).cursor };
      for (const session of [answerOf(first).session, 's_unknown']) {
        const answer = await acknowledge(wire, 'mallory', { session, applications });
        wire.expect([answer.status, problemOf(answer).code]).toEqual([404, 'unknown-session']);
      }
      for (const body of [{ applications }, { session: 7, applications }, { session: 's_x', applications: null }, null, []]) {
        const answer = await acknowledge(wire, 'alice', body);
        wire.expect([answer.status, problemOf(answer).code]).toEqual([400, 'invalid-field']);
      }
      wire.expect(await isFreed(wire, id)).toBe(false);
      stream.close();
    },
  },
  {
    clause: '14.7',
    title: 'ack of a garbled cursor tells the application, and acknowledges the others',
    run: async (wire) => {
      const [id] = await wire.publisher('calls').to('alice', 1);
      const stream = await connect(wire, 'alice', 'app=orders&app=calls');
      const first = await stream.next();
      const applications = { orders: 'garbled', calls: sectionOf(first, 'calls').cursor };
      const answer = await acknowledge(wire, 'alice', { session: answerOf(first).session, applications });
      wire.expect(answer.status).toBe(200);
      wire.expect(answer.text.includes('invalid-cursor') && !answer.text.includes('"calls"')).toBe(true);
      wire.expect(await stateOf(wire, id, 'calls')).toBe('acknowledged');
      stream.close();
    },
  },
  {
    clause: '14.6',
    title: 'a reader that hangs up loses nothing',
    run: async (wire) => {
      const stream = await connect(wire, 'alice');
      const first = await stream.next();
      stream.close();
      await wire.settle();
      const { accepted } = await wire.publisher().publish({ data: 1 });
      wire.expect(accepted[0]?.waiting).toBe(0);
      const again = await connect(wire, 'alice', 'app=orders', first?.id);
      wire.expect(dataOf(await again.next())).toEqual([1]);
      again.close();
    },
  },
  {
    clause: '14.6',
    title: 'twenty reconnects in a row all succeed',
    run: async (wire) => {
      let id: string | undefined;
      for (let n = 0; n < 20; n++) {
        const stream = await connect(wire, 'alice', 'app=orders', id);
        wire.expect([n, stream.status]).toEqual([n, 200]);
        id = (await stream.next())?.id;
        stream.close();
        await wire.settle();
      }
    },
  },
];
