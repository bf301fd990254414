/** Connections held open, fed slowly, or never read from. */
import { setMaxListeners } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createCommunicationServer } from '@pollux/core/server';
import { listen } from '@pollux/node';
import { expect, it } from 'vitest';
import { dataOf, held, notes, polled } from './polling.ts';
import type { Parts, Target } from './target.ts';
import { describeThreat } from './threat.ts';

/** A twentieth of the time-outs in force, which are looked at below. */
const scaled: Parts['http'] = (server) => {
  server.headersTimeout = 750;
  server.requestTimeout = 1500;
};

async function openSockets(port: number, count: number, begin: string): Promise<{ readonly alive: Set<Socket>; end(): void }> {
  const alive = new Set<Socket>();
  const timers: NodeJS.Timeout[] = [];
  await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect({ port, host: '127.0.0.1' });
      await new Promise((resolve) => socket.once('connect', resolve));
      alive.add(socket);
      socket.on('error', () => undefined).on('close', () => alive.delete(socket));
      socket.resume().write(begin);
      timers.push(setInterval(() => socket.writable && socket.write('x'), 500));
    }),
  );
  return {
    alive,
    end() {
      for (const timer of timers) clearInterval(timer);
      for (const socket of alive) socket.destroy();
    },
  };
}

describeThreat({
  id: 'T18',
  title: 'requests that never end',
  async attack(target) {
    if (target.http.headersTimeout === 15_000) scaled(target.http);
    const { session } = polled(await target.poll('alice', { applications: {} }));
    const authorization = `Bearer ${await target.token('mallory')}`;
    const heads = await openSockets(target.port, 200, 'POST /pollux/poll HTTP/1.1\r\nhost: x\r\nx-slow: ');
    const bodies = await openSockets(
      target.port,
      50,
      `POST /pollux/poll HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{`,
    );
    try {
      for (let turn = 0; turn < 45 && heads.alive.size + bodies.alive.size > 0; turn++) {
        expect((await target.send('GET', '/pollux/health')).status).toBe(200);
        expect((await target.poll('alice', { session, seq: turn, wait: 0, applications: {} })).status).toBe(204);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect([heads.alive.size, bodies.alive.size]).toEqual([0, 0]);
    } finally {
      heads.end();
      bodies.end();
    }
  },
  without: {
    'heads have to come in time': {
      http: (server) => {
        server.headersTimeout = 0;
        server.requestTimeout = 0;
      },
    },
    'bodies have to come in time': {
      http: (server) => {
        server.headersTimeout = 750;
        server.requestTimeout = 0;
      },
    },
  },
});

it('T18 the time-outs in force are those of the design', async () => {
  await using listening = await listen({ server: createCommunicationServer({ applications: { orders: {} } }) });
  const { headersTimeout, requestTimeout } = listening.server;
  expect([headersTimeout, requestTimeout]).toEqual([15_000, 30_000]);
});

const mebibyte = 1_048_576;

/** A reader that takes the head and then nothing more. */
async function openNonReader(target: Target, recipient: string): Promise<Socket> {
  const socket = connect({ port: target.port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  const body = '{"applications":{"orders":{"cursor":null}}}';
  const head = [
    'POST /pollux/poll HTTP/1.1',
    'host: x',
    `authorization: Bearer ${await target.token(recipient)}`,
    'accept: text/event-stream',
    'content-type: application/json',
    `content-length: ${body.length}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  await new Promise((resolve) => socket.once('readable', resolve));
  return socket;
}

describeThreat({
  id: 'T19',
  title: 'readers that do not read',
  setting: { limits: { heartbeatSeconds: 1, messageBytes: 200_000, bufferBytes: 64 * mebibyte } },
  async attack(target) {
    const serverSide = new Set<Socket>();
    target.http.on('connection', (socket: Socket) => {
      serverSide.add(socket);
      socket.on('close', () => serverSide.delete(socket));
    });
    const readers = await Promise.all(['r1', 'r2', 'r3'].map((recipient) => openNonReader(target, recipient)));
    const streams = new Set(serverSide);
    const broadcast = { to: { everyone: true }, kind: 'direct', type: 'note', data: 'x'.repeat(150_000) };
    let unsent = 0;
    try {
      for (let turn = 0; turn < 250 && [...streams].some((socket) => serverSide.has(socket)); turn++) {
        const answer = await target.publish('orders', broadcast);
        expect(answer.status).toBe(202);
        for (const socket of streams) unsent = Math.max(unsent, socket.writableLength);
        // What one reader that does not read keeps the server holding.
        expect(unsent).toBeLessThan(mebibyte);
        if (turn > 100) await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect([...streams].filter((socket) => serverSide.has(socket))).toEqual([]);
    } finally {
      for (const socket of readers) socket.destroy();
    }
    await target.publish('orders', notes('r1', ['still here']));
    expect(await held(target, 'r1')).toContain('still here');
  },
  without: {
    'what a reader has yet to take is counted': {
      listener: (listener) => (request, response) => {
        const write = response.write.bind(response) as (piece: unknown) => boolean;
        Object.defineProperty(response, 'writableLength', { get: () => 0 });
        Object.defineProperty(response, 'write', { value: (piece: unknown) => write(piece) || true });
        listener(request, response);
      },
    },
    'a stuck reader is cut': {
      modules: {
        'server/streaming.ts': (actual) => ({
          openStream: (context: unknown, identity: unknown, request: unknown, sink: object, isAnonymous: unknown) =>
            (actual['openStream'] as unknown as (...all: unknown[]) => unknown)(
              context,
              identity,
              request,
              Object.assign(sink, { cut: () => undefined }),
              isAnonymous,
            ),
        }),
      },
    },
  },
});

const crowd = 10;

describeThreat({
  id: 'T20',
  title: 'polls held in numbers',
  setting: { limits: { heldPolls: 12 } },
  async attack(target) {
    const abort = new AbortController();
    setMaxListeners(0, abort.signal);
    const hold = async (recipient: string): Promise<{ status: number; retry?: string; body: string } | undefined> => {
      const opened = polled(await target.poll(recipient, { applications: { orders: { cursor: null } } }));
      const body = {
        session: opened.session,
        seq: 1,
        wait: 25,
        applications: { orders: { cursor: opened.applications?.['orders']?.cursor } },
      };
      const reply = await target.poll(recipient, body, { signal: abort.signal }).catch(() => undefined);
      return reply && { status: reply.status, retry: String(reply.headers['retry-after']), body: reply.text };
    };
    const mine: Promise<Awaited<ReturnType<typeof hold>>>[] = [];
    for (let index = 0; index < crowd; index++) mine.push(hold('mallory'));
    let refused = 0;
    for (const each of mine) void each.then((answer) => void (answer !== undefined && refused++));
    await settled(() => refused + target.server.inspect.totals().heldPolls === crowd);
    expect([target.server.inspect.totals().heldPolls, refused]).toEqual([4, crowd - 4]);
    // Others are held as if nothing were.
    const others = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((recipient) => hold(recipient));
    await settled(() => target.server.inspect.totals().heldPolls === 12);
    const beyond = await Promise.race([
      hold('late'),
      new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 4000)),
    ]);
    expect([beyond?.status, Number(beyond?.retry) > 0]).toEqual([200, true]);
    await target.publish('orders', notes('a', ['hello']));
    expect((await others[0])?.body).toContain('hello');
    abort.abort();
    for (const each of await Promise.all(mine))
      if (each !== undefined) expect([each.status, Number(each.retry) > 0]).toEqual([200, true]);
    await Promise.all(others);
    expect(dataOf(await target.poll('mallory', { wait: 0, applications: {} }))).toEqual([]);
  },
  without: {
    'polls held for one recipient are bounded': { limits: { heldPollsPerRecipient: 1000 } },
    'polls held in all are bounded': { limits: { heldPolls: 1000 } },
    'a crowd is told when to come back': {
      server: (server) => ({
        ...server,
        poll: (identity, request, reply) =>
          server.poll(identity, request, {
            answer: (outcome) => reply.answer(outcome.status === 200 ? { status: 200, json: outcome.json } : outcome),
          }),
      }),
    },
  },
});

/** Waits for the numbers to be what they will be; gives up without judging. */
async function settled(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 300 && !condition(); turn++) await new Promise((resolve) => setTimeout(resolve, 20));
}
