import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect, type Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { allowedOrigin, type WirePeer } from '@pollux/core/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startBun, startDeno } from './runtimes/programs.ts';
import { openRemotePeer } from './runtimes/remote-peer.ts';
import type { RunningProgram } from './runtimes/start.ts';
import { createSuiteHost } from './runtimes/suite-host.ts';
import { startWorkerd } from './runtimes/workerd.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** More than any runtime or kernel takes ahead of a reader on one connection. */
const published = 500;
const messageBytes = 60_000;
const batch = 4;

async function startNode(): Promise<RunningProgram> {
  const server = createServer(getRequestListener(createSuiteHost()));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port: (server.address() as AddressInfo).port, printed: () => '', stop };
}

/** Connects a stream and stops reading once it has begun. */
function connectAndStop({ baseUrl, authorization }: WirePeer): Promise<Socket> {
  const { hostname, port, pathname } = new URL(baseUrl);
  const headers = Object.entries({ host: hostname, accept: 'text/event-stream', ...authorization('alice') });
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.once('error', reject);
    socket.once('data', () => {
      socket.pause();
      resolve(socket);
    });
    socket.write(`GET ${pathname}/stream?app=orders HTTP/1.1\r\n${head}\r\n`);
  });
}

async function publish({ baseUrl, publisher }: WirePeer, first: number): Promise<void> {
  const body = Array.from({ length: batch }, (_, n) => ({
    to: { recipients: ['alice'] },
    kind: 'direct',
    type: 'test',
    data: `${first + n} `.padEnd(messageBytes, 'x'),
  }));
  const response = await fetch(`${baseUrl}/applications/orders/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...publisher('orders') },
    body: JSON.stringify(body),
  });
  expect([response.status, await response.text().then((text) => text.includes('refused'))]).toEqual([202, false]);
}

/** Reads on; what still came until the connection ended. */
function readOn(socket: Socket): Promise<number> {
  return new Promise((resolve) => {
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(bytes));
    socket.resume();
  });
}

describe.each([
  ['Node', startNode],
  ['Deno', startDeno],
  ['Bun', startBun],
  ['workerd, Durable Object', () => startWorkerd('durable-object.capnp')],
  ['workerd, one isolate', () => startWorkerd('isolate.capnp')],
])('a reader that does not read: fetch on %s', (_name, start) => {
  let program: RunningProgram | undefined;
  beforeAll(async () => {
    program = await start();
  });
  afterAll(() => program?.stop());

  it('is not written to without bound, is cut after two heartbeats, and loses nothing', async () => {
    const bytes = 2 * published * messageBytes;
    const limits = { queueBytes: bytes, addressBytes: bytes, bufferBytes: bytes, streamSeconds: 3600 };
    await using peer = await openRemotePeer(program?.port ?? 0, {
      applications: { orders: {} },
      limits,
      origins: [allowedOrigin],
    });
    const socket = await connectAndStop(peer);
    for (let first = 0; first < published; first += batch) await publish(peer, first);
    for (let beat = 0; beat < 4; beat++) await peer.clockAdvance?.(16_000);
    expect(await readOn(socket)).toBeLessThan(published * messageBytes * 0.8);
    const response = await fetch(`${peer.baseUrl}/poll`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...peer.authorization('alice') },
      body: JSON.stringify({ applications: { orders: { cursor: null } } }),
    });
    expect(await response.text()).toContain('"0 xxx');
  });
});
