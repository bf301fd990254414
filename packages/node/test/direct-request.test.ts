/** Bodies taken from the parser without a stream between: in pieces, too long, cut off, and left to others. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { createCommunicationServer } from '@pollux/core/server';
import { describe, expect, it } from 'vitest';
import { type ListenOptions, listen } from '../src/index.ts';

async function start(options: Partial<ListenOptions> = {}) {
  const server = createCommunicationServer({ applications: { orders: {} } });
  return listen({ server, authenticate: () => ({ recipient: 'alice' }), ...options });
}

const poll = '{"wait":0,"applications":{"orders":{"cursor":null}}}';

const head = (length: number, more = '', path = '/pollux/poll'): string =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n${more}\r\n`;

/** What comes back until so many answers are there, or the connection ends. */
async function answers(socket: Socket, count: number): Promise<string> {
  let received = '';
  for await (const chunk of socket) {
    received += chunk;
    if ((received.match(/HTTP\/1\.1 [2-5]/g) ?? []).length >= count && /\r\n\r\n[\s\S]*$/.test(received)) break;
  }
  return received;
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

describe('a body', () => {
  it('comes in pieces, as small as they may be', async () => {
    await using listening = await start();
    const socket = connect(listening.port);
    socket.setNoDelay(true);
    for (const piece of [head(poll.length), ...(poll.match(/.{1,7}/g) ?? [])]) {
      socket.write(piece);
      await pause(2);
    }
    expect(await answers(socket, 1)).toMatch(/^HTTP\/1\.1 200 [\s\S]*"session":"s_/);
  });

  it('comes a hundred times on one connection, one after the other and all at once', async () => {
    let callers = 0;
    await using listening = await start({ authenticate: () => ({ recipient: `${callers++}` }) });
    const socket = connect(listening.port);
    socket.write((head(poll.length) + poll).repeat(100));
    const received = await answers(socket, 100);
    expect(received.match(/HTTP\/1\.1 200/g)).toHaveLength(100);
  });

  it('that is too long is refused, and the connection is closed', async () => {
    await using listening = await start();
    const socket = connect(listening.port);
    const long = `"${'x'.repeat(70_000)}"`;
    socket.write(head(long.length) + long.slice(0, 66_000));
    const received = await text(socket);
    expect(received).toMatch(/^HTTP\/1\.1 413 /);
    expect(received.toLowerCase()).toContain('connection: close');
  });

  it('that is cut off leaves nothing behind', async () => {
    await using listening = await start();
    for (let count = 0; count < 20; count++) {
      const socket = connect(listening.port);
      socket.write(head(poll.length) + poll.slice(0, 9));
      await pause(2);
      socket.destroy();
      await once(socket, 'close');
    }
    const whole = connect(listening.port);
    whole.write(head(poll.length) + poll);
    expect(await answers(whole, 1)).toMatch(/^HTTP\/1\.1 200 /);
    const open = await new Promise((done) => listening.server.getConnections((_, count) => done(count)));
    expect(open).toBeLessThanOrEqual(1);
  });

  it('is waited for where the client asks whether to send it', async () => {
    await using listening = await start();
    const socket = connect(listening.port);
    socket.write(head(poll.length, 'expect: 100-continue\r\n'));
    const [first] = await once(socket, 'data');
    expect(String(first)).toContain('100 Continue');
    socket.write(poll);
    expect(await answers(socket, 1)).toMatch(/HTTP\/1\.1 200 /);
  });

  it('that came before anybody asked for it is read all the same', async () => {
    await using listening = await start({
      authenticate: async () => {
        await pause(20);
        return { recipient: 'alice' };
      },
    });
    const socket = connect(listening.port);
    socket.write(head(poll.length) + poll);
    expect(await answers(socket, 1)).toMatch(/^HTTP\/1\.1 200 [\s\S]*"session":"s_/);
  });

  it('outside the base path is a stream as ever', async () => {
    await using listening = await start({ fallback: async (request, response) => void response.end(await text(request)) });
    const socket = connect(listening.port);
    socket.write(head(poll.length, '', '/other') + poll);
    socket.write(head(poll.length) + poll);
    const received = await answers(socket, 2);
    expect(received).toContain(poll);
    expect(received.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  });
});
