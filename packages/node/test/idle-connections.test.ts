/** Connections that nobody uses are closed; one that is waiting for its answer never is. */
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { closeIdleConnections } from '../src/idle-connections.ts';

async function serve(answer: (response: ServerResponse) => void): Promise<number> {
  const server = createServer((_request, response) => answer(response));
  closeIdleConnections(server, 200, 40);
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Sends a request `times` times, `pauseMs` apart, and tells for how long the connection stayed open after the last. */
async function openFor(port: number, times: number, pauseMs: number): Promise<{ afterLastMs: number; answers: number }> {
  const socket = connect({ port, host: '127.0.0.1' });
  let answers = 0;
  let isClosed = false;
  socket.on('data', () => answers++);
  const closed = new Promise((resolve) => socket.on('close', resolve)).then(() => {
    isClosed = true;
  });
  let last = performance.now();
  for (let n = 0; n < times && !isClosed; n++) {
    if (n > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    last = performance.now();
  }
  await closed;
  return { afterLastMs: performance.now() - last, answers };
}

it('a connection is closed when it has been idle for the time, counted from its last answer', async () => {
  const port = await serve((response) => void response.end('here'));
  const { afterLastMs, answers } = await openFor(port, 5, 100);
  expect(answers).toBe(5);
  expect(afterLastMs).toBeGreaterThanOrEqual(190);
});

it('a connection that waits for its answer is not idle', async () => {
  const port = await serve((response) => void setTimeout(() => response.end('late'), 700));
  const { afterLastMs, answers } = await openFor(port, 1, 0);
  expect(answers).toBe(1);
  expect(afterLastMs).toBeGreaterThanOrEqual(890);
});

it('a connection that never asks anything is closed as well', async () => {
  const port = await serve((response) => void response.end());
  const { answers } = await openFor(port, 0, 0);
  expect(answers).toBe(0);
});

it('a connection that the host has taken for another protocol, as a WebSocket, is left alone', async () => {
  const server = createServer((_request, response) => void response.end());
  closeIdleConnections(server, 200, 40);
  server.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  await new Promise((resolve) => setTimeout(resolve, 500));
  socket.write('still here');
  await expect.poll(() => received).toContain('still here');
});
