/** What becomes of a connection: kept where it can be, and given up with all that was asked on it. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type CommunicationServer, createCommunicationServer } from '@pollux/core/server';
import { expect, it } from 'vitest';
import { type ListenOptions, listen } from '../src/index.ts';

const alice = { recipient: 'alice' };

async function start(options: Partial<ListenOptions> = {}) {
  const server = createCommunicationServer({ applications: { orders: {} } });
  return { server, listening: await listen({ server, authenticate: () => alice, ...options }) };
}

function request(method: string, path: string, more = ''): string {
  return `${method} /pollux/${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
}

function poll(body: unknown): string {
  const text = JSON.stringify(body);
  return request('POST', 'poll', `Content-Type: application/json\r\nContent-Length: ${text.length}\r\n`) + text;
}

async function open(port: number, text: string): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect({ port, host: '127.0.0.1' });
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
  });
  socket.write(text);
  return { socket, received: () => received };
}

const openPoll = { applications: { orders: { cursor: null } } };

/** The body of a poll that is held. */
async function holding(port: number): Promise<string> {
  const { socket, received } = await open(port, poll(openPoll));
  await expect.poll(received).toContain('"cursor"');
  socket.destroy();
  const { session, applications } = JSON.parse(received().split('\r\n\r\n')[1] ?? '');
  return poll({ session, wait: 25, applications: { orders: { cursor: applications.orders.cursor } } });
}

const held = (server: CommunicationServer) => server.inspect.totals().heldPolls;

it.each([
  ['GET', 'health'],
  ['HEAD', 'health'],
  ['OPTIONS', 'poll'],
  ['DELETE', 'session/s_none'],
  ['GET', 'nowhere'],
])('%s %s, which has no body, leaves the connection open', async (method, path) => {
  const { listening } = await start();
  await using _ = listening;
  const { received } = await open(listening.port, request(method, path));
  await expect.poll(received).toContain('\r\n\r\n');
  expect(received()).not.toMatch(/connection: close/i);
});

it.each([
  ['a length', 'Content-Length: 9\r\n'],
  ['chunks', 'Transfer-Encoding: chunked\r\n'],
])('a body with %s that nobody reads has the connection closed', async (_how, framing) => {
  const { listening } = await start({ authenticate: () => undefined });
  await using _ = listening;
  const { received } = await open(listening.port, request('POST', 'poll', `Content-Type: application/json\r\n${framing}`));
  await expect.poll(received).toMatch(/^HTTP\/1\.1 401 [\s\S]*connection: close/i);
});

it('a client that goes takes its held poll with it, whatever it had sent behind it', async () => {
  const { server, listening } = await start();
  await using _ = listening;
  const { socket } = await open(listening.port, (await holding(listening.port)) + request('GET', 'health').repeat(3));
  await expect.poll(() => held(server)).toBe(1);
  socket.destroy();
  await expect.poll(() => held(server)).toBe(0);
});

it.each([
  ['poll', (cursor: string) => cursor],
  ['stream', () => request('GET', 'stream?app=orders', 'Accept: text/event-stream\r\n')],
])('a client that goes while it is found out who it is leaves no %s behind', async (_kind, requestOf) => {
  let known = (): void => undefined;
  let isSlow = false;
  let asked = 0;
  const authenticate = () => {
    if (!isSlow) return alice;
    asked++;
    return new Promise<typeof alice>((resolve) => {
      known = () => resolve(alice);
    });
  };
  const { server, listening } = await start({ authenticate });
  await using _ = listening;
  const text = requestOf(await holding(listening.port));
  isSlow = true;
  const { sessions } = server.inspect.totals();
  const closed = once(listening.server, 'connection').then(([theirs]) => once(theirs, 'close'));
  const { socket } = await open(listening.port, text);
  await expect.poll(() => asked).toBe(1);
  socket.destroy();
  await closed;
  known();
  await new Promise((resolve) => setImmediate(resolve));
  expect([held(server), server.inspect.totals().sessions]).toEqual([0, sessions]);
});
