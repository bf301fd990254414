/** Targets that name the whole address, as clients of a proxy send them (RFC 9112, section 3.2.2). */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { createCommunicationServer } from '@pollux/core/server';
import { expect, it } from 'vitest';
import { listen } from '../src/index.ts';

async function statusOf(port: number, target: string, method = 'GET', body = ''): Promise<number> {
  const socket = connect(port);
  const length = body === '' ? '' : `content-type: application/json\r\ncontent-length: ${body.length}\r\n`;
  socket.write(`${method} ${target} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n${length}\r\n${body}`);
  return Number((await text(socket)).split(' ')[1]);
}

it.each(['', '/pollux', '/a/b'])('are served under the base path %j', async (basePath) => {
  const server = createCommunicationServer({ applications: { orders: {} } });
  await using listening = await listen({ server, authenticate: () => ({ recipient: 'alice' }), basePath });
  const { port } = listening;
  for (const authority of ['http://hub', 'HTTP://hub:4100', 'https://a:b@[::1]:1']) {
    const base = authority + basePath;
    expect([base, await statusOf(port, `${base}/health`)]).toEqual([base, 200]);
    expect(await statusOf(port, `${base}/openapi.json?a=/b`)).toBe(200);
    expect(await statusOf(port, `${base}/poll`, 'POST', '{"wait":0,"applications":{"orders":{"cursor":null}}}')).toBe(200);
    expect(await statusOf(port, `${base}/nothing`)).toBe(404);
    expect(await statusOf(port, authority)).toBe(404);
    expect(await statusOf(port, `${authority}?a=${basePath}/health`)).toBe(404);
  }
});

it.each(['ftp://hub/pollux/health', 'http:/pollux/health', 'http:pollux/health', 'x/pollux/health'])(
  'that are no address of HTTP are none: %s',
  async (target) => {
    const server = createCommunicationServer({ applications: {} });
    await using listening = await listen({ server });
    expect([400, 404]).toContain(await statusOf(listening.port, target));
  },
);
