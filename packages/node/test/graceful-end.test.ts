/** What `close()` still owes says that the connection ends, so that no client sends another request on it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createCommunicationServer } from '@pollux/core/server';
import { expect, it } from 'vitest';
import { listen, prepareGracefulEnd } from '../src/index.ts';

interface Reader {
  readonly socket: Socket;
  readonly received: () => string;
  readonly closed: Promise<'ended' | 'reset'>;
}

function send(port: number, cursor: string | null, session = ''): Reader {
  const socket = connect({ port, host: '127.0.0.1' });
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  const closed = new Promise<'ended' | 'reset'>((resolve) => {
    socket.on('error', () => resolve('reset')).on('end', () => resolve('ended'));
  });
  const body = `{${session}"wait":20,"applications":{"orders":{"cursor":${JSON.stringify(cursor)}}}}`;
  socket.write(
    `POST /pollux/poll HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  return { socket, received: () => text, closed };
}

it('held polls are answered with Connection: close, and no connection is reset', async () => {
  const server = createCommunicationServer({ applications: { orders: {} } });
  const listening = await listen({ server, authenticate: () => ({ recipient: 'alice' }) });
  const first = send(listening.port, null);
  await expect.poll(first.received).toContain('"cursor":');
  expect(first.received()).not.toMatch(/connection: close/i);
  const answer = JSON.parse(first.received().split('\r\n\r\n')[1] ?? '');
  const held = send(listening.port, answer.applications.orders.cursor, `"session":"${answer.session}",`);
  await expect.poll(() => server.inspect.totals().heldPolls).toBe(1);
  await listening.close({ drainSeconds: 3 });
  expect([await held.closed, await first.closed]).toEqual(['ended', 'ended']);
  expect(held.received()).toMatch(/^HTTP\/1\.1 200 /);
  expect(held.received()).toMatch(/connection: close/i);
  expect(held.received()).toContain('"drain":3');
  await listening.close();
});

it('does not wait for ever for a connection that the host has taken for another protocol', async () => {
  const server = createServer();
  server.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  });
  const end = prepareGracefulEnd(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  await once(socket, 'data');
  expect(await end(() => Promise.resolve(), 100)).toBe(1);
});
