/** T33 behind proxies: every request that reaches the server is one that the proxy knows of. */

import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { smuggledRequests } from '@pollux/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type OriginServer, openOriginServer } from './origin-server.ts';
import { type ProxyKind, startProxy } from './proxy.ts';

/** Sends bytes and waits until the other side closes, or is quiet. */
function send(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let received = '';
    socket.setTimeout(1500, () => socket.destroy());
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(received));
    socket.write(bytes, 'latin1');
  });
}

/** Sends the whole list through a front; the requests that reached the server without the front's mark, or with one used twice. */
async function smuggle(origin: OriginServer, port: number): Promise<readonly string[]> {
  const inner = '{"to":{"recipients":["victim"]},"kind":"direct","type":"note","data":"smuggled"}';
  // Marked by the attacker, too: a front puts its own mark over it.
  const hidden = [
    'POST /pollux/applications/orders/notifications HTTP/1.1',
    'Host: hub.example',
    'X-Front-Id: forged',
    `Authorization: Bearer ${origin.key}`,
    'Content-Type: application/json',
    `Content-Length: ${inner.length}`,
    '',
    inner,
  ].join('\r\n');
  const list = smuggledRequests(`Bearer ${await origin.token('mallory')}`, hidden);
  await Promise.all(list.map(([, bytes]) => send(port, bytes)));
  const marks = origin.requests.map(({ headers }) => String(headers['x-front-id']));
  return marks.filter((mark, index) => mark === 'undefined' || mark === 'forged' || marks.indexOf(mark) !== index);
}

describe('T33 a second request inside the body of the first', () => {
  it.each([
    ['nginx', 'nginx', []],
    [
      'nginx with keep-alive to the server',
      'nginx',
      ['proxy_http_version 1.1;', 'proxy_set_header Connection "";', 'proxy_request_buffering off;'],
    ],
    ['haproxy', 'haproxy', []],
  ] as const)('has no effect through %s', async (_name, kind: ProxyKind, lines) => {
    await using origin = await openOriginServer();
    await using proxy = await startProxy(kind, origin.port, lines);
    expect(await smuggle(origin, proxy.port)).toEqual([]);
    // The proxy passes ordinary requests, so silence was not all there was.
    expect(await send(proxy.port, 'GET /pollux/health HTTP/1.1\r\nHost: hub.example\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 200/,
    );
    expect(origin.requests.length).toBeGreaterThan(0);
  });

  it('gets through without the guards: a front that reads Content-Length alone, and a lenient parser behind it', async () => {
    await using origin = await openOriginServer({ http: { insecureHTTPParser: true } });
    const front = createServer((socket) => {
      const upstream = connect({ port: origin.port, host: '127.0.0.1' });
      let marked = 0;
      // Marks the first request, and takes all the rest for its body.
      socket.on('data', (chunk) =>
        upstream.write(
          marked++ === 0
            ? Buffer.from(chunk.toString('latin1').replace('\r\n', `\r\nX-Front-Id: ${Math.random()}\r\n`), 'latin1')
            : chunk,
        ),
      );
      upstream.on('data', (chunk) => socket.write(chunk)).on('close', () => socket.destroy());
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void front.close());
    expect(await smuggle(origin, (front.address() as AddressInfo).port)).toContain('forged');
  });
});
