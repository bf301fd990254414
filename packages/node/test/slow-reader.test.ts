/** A stream whose reader takes a large answer slowly: what it has taken shows before it has taken all. */
import { createServer } from 'node:http';
import { Duplex } from 'node:stream';
import { createCommunicationServer } from '@pollux/core/server';
import { createManualClock } from '@pollux/core/testing';
import { expect, it } from 'vitest';
import { createNodeHandler } from '../src/index.ts';

/** A connection whose other end takes as many bytes as a test has it take. */
function slowConnection(request: string) {
  let text = '';
  let left = 0;
  let waiting: (() => void) | undefined;
  const socket = new Duplex({
    read() {
      // Nothing but the request comes.
    },
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString('latin1');
      left = chunk.length;
      waiting = done;
    },
  });
  socket.push(request);
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    socket,
    text: () => text,
    async take(bytes: number) {
      await turn();
      for (let wanted = bytes; wanted > 0 && waiting !== undefined; ) {
        const taken = Math.min(left, wanted);
        wanted -= taken;
        left -= taken;
        if (left > 0) return;
        const done = waiting;
        waiting = undefined;
        done();
        await turn();
      }
    },
  };
}

it('is sent it in pieces, so that one that takes some of them between two heartbeats is not cut', async () => {
  const clock = createManualClock();
  const server = createCommunicationServer({ applications: { crm: {} }, clock });
  const handle = createNodeHandler({ server, authenticate: () => ({ recipient: 'alice' }) });
  const http = createServer((request, response) => void handle(request, response));
  const connection = slowConnection('GET /pollux/stream?app=crm HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n\r\n');
  http.emit('connection', connection.socket);
  await connection.take(10_000);
  const data = '~'.repeat(60_000);
  const notification = { to: { recipients: ['alice'] }, kind: 'direct', type: 't', data };
  for (let answer = 0; answer < 2; answer++) {
    await server.publish('crm', [notification, notification, notification, notification]);
    await clock.settle();
  }
  // Five thousand bytes in a second.
  for (let beat = 0; beat < 8; beat++) {
    await clock.advance(15_000);
    await connection.take(75_000);
  }
  expect(connection.socket.destroyed).toBe(false);
  expect(connection.text().split('~')).toHaveLength(8 * data.length + 1);
  void server.disconnect('alice');
  await connection.take(10_000);
  expect(connection.text()).toMatch(/event: end\n[\s\S]*\r\n0\r\n\r\n$/);
  await server.close({ drainSeconds: 0 });
});
