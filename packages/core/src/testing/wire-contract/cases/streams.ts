/** Streams: protocol §14. */
import type { PollAnswer, PollSection } from '../../../protocol/types.ts';
import { problemOf } from '../answer.ts';
import type { WireEvent, WireStream } from '../stream.ts';
import type { Wire, WireCase } from '../wire.ts';

/** Connects as a browser's `EventSource` does. */
export function connect(wire: Wire, recipient: string, query = 'app=orders', lastEventId?: string): Promise<WireStream> {
  const headers = { ...wire.peer.authorization(recipient), ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) };
  return wire.stream(`/stream?${query}`, { headers });
}

/** An event's data as a poll's answer. */
export function answerOf(event: WireEvent | undefined): PollAnswer {
  if (event?.event !== 'message') throw new Error(`not an answer: ${JSON.stringify(event)}`);
  return JSON.parse(event.data) as PollAnswer;
}

export function sectionOf(event: WireEvent | undefined, application = 'orders'): Exclude<PollSection, { error: unknown }> {
  const section = answerOf(event).applications?.[application];
  if (section === undefined || 'error' in section) throw new Error(`no section of ${application}: ${JSON.stringify(event)}`);
  return section;
}

export function dataOf(event: WireEvent | undefined, application = 'orders'): readonly unknown[] {
  return (sectionOf(event, application).messages ?? []).map((message) =>
    message.kind === 'direct' ? message.data : message.kind,
  );
}

export const streams: readonly WireCase[] = [
  {
    clause: '14.1',
    title: 'a stream begins at once, with its headers and the session, though nothing is there',
    run: async (wire) => {
      const stream = await connect(wire, 'alice');
      wire.expect([stream.status, stream.headers.get('content-type')?.split(';')[0]]).toEqual([200, 'text/event-stream']);
      wire.expect(stream.headers.get('x-accel-buffering')).toBe('no');
      wire.expect(stream.headers.get('cache-control')).toBe('no-store, no-transform');
      const first = await stream.next();
      wire.expect(answerOf(first).session).toMatch(/^s_[A-Za-z0-9_-]{22,}$/);
      wire.expect(typeof sectionOf(first).cursor).toBe('string');
      stream.close();
    },
  },
  {
    clause: '14.1',
    title: 'a stream of a session that is known begins at once, too, though it has nothing to say',
    run: async (wire) => {
      const client = wire.client('alice', 'orders');
      const { session } = (await client.poll()).body;
      const body = JSON.stringify({ session, seq: 1000, applications: { orders: client.state('orders') } });
      const stream = await wire.stream('/poll', { headers: wire.peer.authorization('alice'), body });
      wire.expect(stream.status).toBe(200);
      await wire.publisher().to('alice', 1);
      wire.expect(dataOf(await stream.next())).toEqual([1]);
      stream.close();
    },
  },
  {
    clause: '14.3',
    title: 'what is published comes as one event each time, in order, on one connection',
    run: async (wire) => {
      await wire.publisher().to('alice', 0);
      const stream = await connect(wire, 'alice');
      wire.expect(dataOf(await stream.next())).toEqual([0]);
      for (const data of [1, 2, 3]) {
        await wire.publisher().to('alice', data);
        wire.expect(dataOf(await stream.next())).toEqual([data]);
      }
      stream.close();
    },
  },
  {
    clause: '14.3',
    title: 'no payload, id or name breaks a line or forges a field',
    run: async (wire) => {
      const hostile = [
        'a\nb',
        'a\r\nid: 7\r\n\r\nevent: end\ndata: x\n\n',
        'a\rretry: 1\r',
        'a\u2028b\u2029c\u0085d',
        '\u0000',
        ': comment',
      ];
      await wire.publisher().publish({ type: 'data: x', topic: 'id: 1', data: hostile });
      const body = `{ "to":{"recipients":["alice"]},\r\n"kind":"direct",\n"type":"t",\r"data":\r\n[1,\r\n2]\n}`;
      wire.expect((await wire.publisher().send(body)).status).toBe(202);
      const stream = await connect(wire, 'alice');
      wire.expect(dataOf(await stream.next())).toEqual([hostile, [1, 2]]);
      await wire.publisher().to('alice', 'next');
      wire.expect(dataOf(await stream.next())).toEqual(['next']);
      stream.close();
    },
  },
  {
    clause: '14.4',
    title: "an event's id is the cursor of what precedes it: from there the event comes again",
    run: async (wire) => {
      const first = await connect(wire, 'alice');
      await first.next();
      await wire.publisher().to('alice', 1);
      const one = await first.next();
      await wire.publisher().to('alice', 2);
      const two = await first.next();
      first.close();
      await wire.settle();
      const again = await connect(wire, 'alice', 'app=orders', two?.id);
      wire.expect([dataOf(one), dataOf(await again.next())]).toEqual([[1], [2]]);
      again.close();
    },
  },
  {
    clause: '14.4',
    title: 'a broadcast between two connects is not missed, not even after the first event alone',
    run: async (wire) => {
      const stream = await connect(wire, 'alice');
      const first = await stream.next();
      stream.close();
      await wire.settle();
      await wire.publisher().direct({ everyone: true }, ['between']);
      const again = await connect(wire, 'alice', 'app=orders', first?.id);
      wire.expect(dataOf(await again.next())).toEqual(['between']);
      again.close();
    },
  },
  {
    clause: '14.4',
    title: 'a garbled Last-Event-ID is refused or its application told, and frees nothing',
    run: async (wire) => {
      await wire.publisher().to('alice', 1);
      for (const id of ['x', 'orders', 'orders:', 'orders:x', ':', ';;', '__proto__:x', 'orders:r'.repeat(300)]) {
        const stream = await connect(wire, 'alice', 'app=orders', id);
        if (stream.status !== 200)
          wire.expect([id, stream.status, problemOf(stream.answer as never).code]).toEqual([id, 400, 'invalid-cursor']);
        else wire.expect(typeof answerOf(await stream.next()).session).toBe('string');
        stream.close();
        await wire.settle();
      }
      wire.expect((await wire.client('bob').poll()).status).toBe(200);
      wire.expect(dataOf(await (await connect(wire, 'alice')).next())).toEqual([1]);
    },
  },
  {
    clause: '14.4',
    title: 'more applications than an id can tell of are refused, naming the other form',
    run: async (wire) => {
      const query = Array.from({ length: 200 }, (_, n) => `app=application-number-${n}`).join('&');
      const stream = await connect(wire, 'alice', query);
      const found = problemOf(stream.answer ?? (undefined as never));
      wire.expect([stream.status, found.code, found.field]).toEqual([400, 'invalid-field', 'app']);
      wire.expect(found.detail ?? '').toMatch(/POST/);
      wire.expect((await connect(wire, 'alice', '')).status).toBe(400);
    },
  },
  {
    clause: '14.1',
    title: 'a poll that accepts an event stream gets one, with its own body',
    run: async (wire) => {
      await wire.publisher('calls').to('alice', 'c');
      const body = { applications: { orders: { cursor: null }, calls: { cursor: null } } };
      const stream = await wire.stream('/poll', { headers: wire.peer.authorization('alice'), body });
      const first = await stream.next();
      wire.expect([dataOf(first, 'calls'), dataOf(first)]).toEqual([['c'], []]);
      await wire.publisher().to('alice', 'o');
      wire.expect(dataOf(await stream.next())).toEqual(['o']);
      stream.close();
    },
  },
  {
    clause: '14.8',
    title: 'as JSON lines each line is an event, an empty one a heartbeat',
    run: async (wire) => {
      const headers = { ...wire.peer.authorization('alice'), accept: 'application/x-ndjson' };
      const stream = await wire.stream('/poll', { headers, body: { applications: { orders: { cursor: null } } } });
      wire.expect(stream.headers.get('content-type')?.split(';')[0]).toBe('application/x-ndjson');
      const next = async (): Promise<{ readonly id: string; readonly answer: PollAnswer }> => {
        let line = await stream.line();
        while (line === '') line = await stream.line();
        return JSON.parse(line ?? '{}') as { readonly id: string; readonly answer: PollAnswer };
      };
      wire.expect((await next()).answer.session).toMatch(/^s_/);
      await wire.publisher().to('alice', 'a\u2028\r\nb');
      wire.expect(JSON.stringify((await next()).answer).includes('a\u2028\\r\\nb')).toBe(true);
      stream.close();
    },
  },
  {
    clause: '14.1',
    title: 'what is refused before it begins is a problem, as for polls',
    run: async (wire) => {
      wire.expect((await wire.stream('/stream?app=orders', {})).status).toBe(401);
      wire.expect((await wire.stream('/poll', { headers: wire.peer.authorization('alice'), body: '{' })).status).toBe(400);
      const stream = await connect(wire, 'alice', 'app=unknown&app=orders');
      const answer = answerOf(await stream.next());
      wire.expect(JSON.stringify(answer.applications?.['unknown'] ?? {}).includes('unknown-application')).toBe(true);
      stream.close();
    },
  },
  {
    clause: '14.3',
    title: 'a flood comes whole, in order, in events of bounded size',
    options: { limits: { responseBytes: 4000 } },
    run: async (wire) => {
      const data = Array.from({ length: 40 }, (_, n) => `${n} `.padEnd(700, 'x'));
      await wire.publisher().to('alice', ...data);
      const stream = await connect(wire, 'alice');
      const seen: unknown[] = [];
      while (seen.length < data.length) {
        const event = await stream.next();
        wire.expect((event?.data.length ?? 0) < 6000).toBe(true);
        seen.push(...dataOf(event));
      }
      wire.expect(seen).toEqual(data);
      stream.close();
    },
  },
];
