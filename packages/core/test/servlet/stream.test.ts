import { type CommunicationServer, createCommunicationServer, createServlet } from '@pollux/core/server';
import { createLoopback, createManualClock, type Loopback, type ManualClock } from '@pollux/core/testing';
import { describe, expect, it } from 'vitest';
import type { Limits } from '../../src/protocol/limits.ts';

interface Scene {
  readonly server: CommunicationServer;
  readonly clock: ManualClock;
  readonly loopback: Loopback;
  /** Opens a stream; `text` grows as pieces arrive. */
  open(request?: RequestInit & { readonly target?: string }): OpenedStream;
}

interface OpenedStream {
  text: string;
  contentType: string | undefined;
  ended: boolean;
  readonly hangUp: () => void;
  events(): { id: string; event: string; data: Record<string, unknown> }[];
}

function createScene(limits: Partial<Limits> = {}): Scene {
  const clock = createManualClock();
  let drawn = 0;
  const random = { next: () => 0.5, token: (bytes: number) => (++drawn).toString(36).padStart(Math.ceil((bytes * 4) / 3), 'x') };
  const server = createCommunicationServer({ applications: { crm: {}, mail: {} }, clock, random, limits });
  const authenticate = ({ header }: { header(name: string): string | undefined }): { recipient: string } | undefined => {
    const user = header('authorization');
    return user === undefined ? undefined : { recipient: user };
  };
  const loopback = createLoopback(createServlet({ server, authenticate, clock, random }));
  return {
    server,
    clock,
    loopback,
    open({ target = '/pollux/stream?app=crm&app=mail', ...init } = { headers: { authorization: 'alice' } }) {
      const abort = new AbortController();
      const stream: OpenedStream = {
        text: '',
        contentType: undefined,
        ended: false,
        hangUp: () => abort.abort(),
        events: () =>
          stream.text
            .split('\n\n')
            .filter((frame) => frame.includes('data: '))
            .map((frame) => {
              const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1] ?? '';
              return { id: field('id'), event: field('event'), data: JSON.parse(field('data')) };
            }),
      };
      void read(stream, loopback.fetch(`http://loopback${target}`, { ...init, signal: abort.signal }));
      return stream;
    },
  };
}

async function read(stream: OpenedStream, answer: Promise<Response>): Promise<void> {
  try {
    const { headers, body } = await answer;
    stream.contentType = headers.get('content-type') ?? undefined;
    const decoder = new TextDecoder();
    const reader = body?.getReader();
    for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
      stream.text += decoder.decode(next.value, { stream: true });
    }
  } catch {
    // Hung up, by the test or by the server.
  }
  stream.ended = true;
}

const notify = (server: CommunicationServer, data: unknown): unknown =>
  server.application('crm').notify({ recipients: ['alice'] }, { kind: 'direct', type: 't', data });

describe('a stream', () => {
  it('sends its first byte at once, then session and cursors, then what is published, without acknowledging', async () => {
    const { open, server, clock } = createScene();
    const stream = open();
    await clock.settle();
    expect(stream.contentType).toBe('text/event-stream');
    expect(stream.text.startsWith(': pollux\n')).toBe(true);
    expect(Object.keys(stream.events()[0]?.data['applications'] ?? {})).toEqual(['crm', 'mail']);
    for (const data of [1, 2]) {
      notify(server, data);
      await clock.settle();
    }
    expect(stream.events()).toHaveLength(3);
    expect(stream.events()[2]?.data).toMatchObject({ applications: { crm: { messages: [{ data: 2 }] } } });
    expect(server.inspect.buffer.totals()).toMatchObject({ messages: 2 });
  });

  it('resumes by Last-Event-ID, which acknowledges what preceded that event', async () => {
    const { open, server, clock } = createScene();
    const first = open();
    await clock.settle();
    for (const data of ['a', 'b', 'c']) {
      notify(server, data);
      await clock.settle();
    }
    const last = first.events()[3]?.id ?? '';
    first.hangUp();
    const second = open({ headers: { authorization: 'alice', 'last-event-id': last } });
    await clock.settle();
    expect(second.events()[0]?.data).toMatchObject({ applications: { crm: { messages: [{ data: 'c' }] } } });
    await clock.advance(80_000);
    const third = open({ headers: { authorization: 'alice', 'last-event-id': last } });
    await clock.settle();
    expect(server.inspect.buffer.totals()).toMatchObject({ messages: 1 });
    third.hangUp();
    second.hangUp();
    expect(server.inspect.totals().heldPolls).toBe(0);
  });

  it('misses no broadcast between two connects, also after the first event alone, and needs no session for each', async () => {
    const { open, server, clock } = createScene({ sessionsPerRecipient: 2 });
    let lastId = '';
    for (let connect = 0; connect < 20; connect++) {
      const stream = open({ headers: { authorization: 'alice', 'last-event-id': lastId } });
      await clock.settle();
      lastId = stream.events().at(-1)?.id ?? '';
      stream.hangUp();
      await clock.settle();
    }
    expect(server.inspect.totals().sessions).toBe(0);
    void server.application('crm').notify({ everyone: true }, { kind: 'direct', type: 't', data: 'to all' });
    const stream = open({ headers: { authorization: 'alice', 'last-event-id': lastId } });
    await clock.settle();
    expect(stream.events()[0]?.data).toMatchObject({ applications: { crm: { messages: [{ data: 'to all' }] } } });
  });

  it('beats while nothing comes', async () => {
    const { open, clock } = createScene();
    const stream = open();
    await clock.settle();
    const before = stream.text;
    await clock.advance(46_000);
    expect(stream.text.slice(before.length)).toBe(': \n\n'.repeat(3));
  });

  it('ends in an orderly way at its age, and leaves nothing behind', async () => {
    const { open, clock, server } = createScene({ streamSeconds: 60 });
    const stream = open();
    await clock.advance(61_000);
    expect(stream.events().at(-1)).toMatchObject({ event: 'end', data: { reason: 'age' } });
    expect(stream.ended).toBe(true);
    expect(server.inspect.totals().heldPolls).toBe(0);
  });

  it('ends with drain advice when the server goes', async () => {
    const { open, clock, server } = createScene();
    const stream = open();
    await clock.settle();
    const closing = server.close({ drainSeconds: 3 });
    await clock.advance(100);
    await closing;
    expect(stream.events().at(-1)).toMatchObject({ event: 'end', data: { reason: 'drain', drainSeconds: 3 } });
    expect(stream.ended).toBe(true);
  });

  it('gives way to a newer poll of its session, and ends at a disconnect', async () => {
    const { open, clock, server, loopback } = createScene();
    const stream = open();
    await clock.settle();
    const session = stream.events()[0]?.data['session'];
    const body = JSON.stringify({ session, seq: 9, applications: {} });
    await loopback.send({
      method: 'POST',
      target: '/pollux/poll',
      headers: { authorization: 'alice', 'content-type': 'application/json' },
      body,
    });
    expect(stream.events().at(-1)).toMatchObject({ event: 'end', data: { reason: 'superseded' } });
    const other = open();
    await clock.settle();
    void server.disconnect('alice');
    await clock.settle();
    expect(other.events().at(-1)).toMatchObject({ event: 'end', data: { reason: 'disconnected' } });
  });

  it('opens with a ticket, once', async () => {
    const { open, clock, loopback } = createScene();
    const { body } = await loopback.send({ method: 'POST', target: '/pollux/ticket', headers: { authorization: 'alice' } });
    const { ticket, expires } = JSON.parse(body);
    expect(expires).toBe(60);
    const target = `/pollux/stream?app=crm&ticket=${ticket}`;
    const stream = open({ target, headers: {} });
    await clock.settle();
    expect(stream.events()).toHaveLength(1);
    const again = open({ target, headers: {} });
    await clock.settle();
    expect(again.text).toContain('unauthenticated');
  });

  it('opens with no ticket from before its recipient was disconnected', async () => {
    const { open, clock, server, loopback } = createScene();
    const ticketOf = async (recipient: string): Promise<string> => {
      const { body } = await loopback.send({
        method: 'POST',
        target: '/pollux/ticket',
        headers: { authorization: recipient },
      });
      return `/pollux/stream?app=crm&ticket=${JSON.parse(body).ticket}`;
    };
    const [before, others] = [await ticketOf('alice'), await ticketOf('bob')];
    void server.disconnect('alice');
    const after = await ticketOf('alice');
    const streams = [before, others, after].map((target) => open({ target, headers: {} }));
    await clock.settle();
    expect(streams.map(({ text }) => text.includes('unauthenticated'))).toEqual([true, false, false]);
  });

  it('is acknowledged by POST /ack', async () => {
    const { open, clock, server, loopback } = createScene();
    const stream = open();
    await clock.settle();
    notify(server, 1);
    await clock.settle();
    const data = stream.events()[1]?.data ?? {};
    const { session, applications } = data as unknown as { session: string; applications: { crm: { cursor: string } } };
    const ack = (cursor: string, user = 'alice'): ReturnType<Loopback['send']> =>
      loopback.send({
        method: 'POST',
        target: '/pollux/ack',
        headers: { authorization: user, 'content-type': 'application/json' },
        body: JSON.stringify({ session, applications: { crm: cursor } }),
      });
    expect((await ack(applications.crm.cursor, 'bob')).status).toBe(404);
    expect((await ack('garbage')).body).toContain('invalid-cursor');
    expect(server.inspect.buffer.totals()).toMatchObject({ messages: 1 });
    expect((await ack(applications.crm.cursor)).status).toBe(204);
    expect(server.inspect.buffer.totals()).toMatchObject({ messages: 0 });
    notify(server, 2);
    await clock.settle();
    expect(stream.events()).toHaveLength(3);
  });

  it('comes as JSON lines for other readers', async () => {
    const { open, clock } = createScene();
    const headers = { authorization: 'alice', 'content-type': 'application/json', accept: 'application/x-ndjson' };
    const stream = open({
      method: 'POST',
      target: '/pollux/poll',
      headers,
      body: JSON.stringify({ applications: { crm: { cursor: null } } }),
    });
    await clock.settle();
    expect(stream.contentType).toBe('application/x-ndjson');
    expect(JSON.parse(stream.text.trim())).toMatchObject({
      id: expect.stringMatching(/^crm:/),
      answer: { session: expect.any(String) },
    });
  });

  it('is refused with a problem where something stands against it', async () => {
    const { open, clock } = createScene();
    for (const [request, code] of [
      [{ headers: {} }, 'unauthenticated'],
      [{ target: '/pollux/stream', headers: { authorization: 'alice' } }, 'invalid-field'],
      [{ target: '/pollux/stream?app=crm&token=secret', headers: { authorization: 'alice' } }, 'invalid-field'],
      [{ headers: { authorization: 'alice', 'last-event-id': 'garbage' } }, 'invalid-cursor'],
    ] as const) {
      const stream = open(request);
      await clock.settle();
      expect(stream.text).toContain(code);
    }
  });
});
