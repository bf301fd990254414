/** Long polls and streams through nginx and haproxy as they come, and through an nginx that buffers whatever is said. */
import { createCommunicationClient } from '@pollux/core/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type OriginServer, openOriginServer, until } from './origin-server.ts';
import { type ProxyKind, startProxy } from './proxy.ts';

const buffering = ['proxy_buffering on;', 'proxy_ignore_headers X-Accel-Buffering;'];

interface Reader {
  /** What has come so far. */
  text(): string;
  /** Whether the head of the answer has come. */
  isOpen(): boolean;
}

/** Opens a stream, by GET with a ticket as an EventSource would, or by POST. */
async function openStream(origin: OriginServer, url: string, how: 'GET' | 'POST'): Promise<Reader> {
  const authorization = `Bearer ${await origin.token('alice')}`;
  const json = { authorization, 'content-type': 'application/json' };
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  let text = '';
  let isOpen = false;
  const begin = async (): Promise<Response> => {
    if (how === 'POST')
      return fetch(`${url}/pollux/poll`, {
        method: 'POST',
        headers: { ...json, accept: 'text/event-stream' },
        body: '{"applications":{"orders":{"cursor":null}}}',
        signal: abort.signal,
      });
    const { ticket } = (await (await fetch(`${url}/pollux/ticket`, { method: 'POST', headers: json, body: '{}' })).json()) as {
      ticket: string;
    };
    return fetch(`${url}/pollux/stream?app=orders&ticket=${ticket}`, {
      headers: { accept: 'text/event-stream' },
      signal: abort.signal,
    });
  };
  const read = async (): Promise<void> => {
    const { body } = await begin();
    isOpen = true;
    const decoder = new TextDecoder();
    for await (const piece of body as unknown as AsyncIterable<Uint8Array>) text += decoder.decode(piece, { stream: true });
  };
  read().catch(() => undefined);
  return { text: () => text, isOpen: () => isOpen };
}

async function pollWithClient(origin: OriginServer, url: string): Promise<void> {
  const seen: unknown[] = [];
  const failures: unknown[] = [];
  const client = createCommunicationClient({
    url: `${url}/pollux`,
    getToken: () => origin.token('alice'),
    observe: (event) => void (event.kind === 'request-failed' && failures.push(event.reason)),
  });
  client.application('orders').on('note', ({ data }) => void seen.push(data));
  for (let number = 0; number < 5; number++) {
    await until(() => origin.server.inspect.totals().heldPolls === 1);
    await origin.publish('alice', number);
    await until(() => seen.length === number + 1);
  }
  await client.close();
  await until(() => origin.server.inspect.totals().sessions === 0);
  expect([seen, failures]).toEqual([[0, 1, 2, 3, 4], []]);
}

const proxies: readonly (readonly [name: string, kind: ProxyKind, lines: readonly string[]])[] = [
  ['nginx', 'nginx', []],
  ['haproxy', 'haproxy', []],
  ['nginx with HTTP/1.1 and keep-alive', 'nginx', ['proxy_http_version 1.1;', 'proxy_set_header Connection "";']],
];

describe.each(proxies)('through %s', (_name, kind, lines) => {
  it('a client is told at once by its held poll', async () => {
    await using origin = await openOriginServer();
    await using proxy = await startProxy(kind, origin.port, lines);
    await pollWithClient(origin, proxy.url);
    expect(origin.requests.every(({ headers }) => typeof headers['x-front-id'] === 'string')).toBe(true);
  });

  it('a client that hangs up ends its held poll at the server', async () => {
    await using origin = await openOriginServer();
    await using proxy = await startProxy(kind, origin.port, lines);
    const headers = { authorization: `Bearer ${await origin.token('alice')}`, 'content-type': 'application/json' };
    const poll = async (body: object, signal?: AbortSignal): Promise<Response> =>
      fetch(`${proxy.url}/pollux/poll`, { method: 'POST', headers, body: JSON.stringify(body), ...(signal && { signal }) });
    const opened = (await (await poll({ applications: { orders: { cursor: null } } })).json()) as {
      session: string;
      applications: { orders: { cursor: string } };
    };
    // haproxy does not tell the server that a client has gone: such a poll ends with its hold.
    const wait = kind === 'haproxy' ? 2 : 20;
    const abort = new AbortController();
    const held = poll(
      { session: opened.session, seq: 1, wait, applications: { orders: { cursor: opened.applications.orders.cursor } } },
      abort.signal,
    ).catch(() => 'gone');
    await until(() => origin.server.inspect.totals().heldPolls === 1);
    abort.abort();
    expect(await held).toBe('gone');
    await until(() => origin.server.inspect.totals().heldPolls === 0);
  });

  it.each(['GET', 'POST'] as const)('a stream by %s begins at once and goes on', async (how) => {
    await using origin = await openOriginServer();
    await using proxy = await startProxy(kind, origin.port, lines);
    const reader = await openStream(origin, proxy.url, how);
    await until(() => reader.text().startsWith(': pollux'));
    for (let number = 0; number < 3; number++) {
      await origin.publish('alice', `message ${number}`);
      await until(() => reader.text().includes(`message ${number}`));
    }
    await until(() => reader.text().endsWith(': \n\n'));
  });
});

describe('through an nginx that buffers whatever is said', () => {
  it('no first byte of a stream comes, which is how a reader notices', async () => {
    await using origin = await openOriginServer();
    await using proxy = await startProxy('nginx', origin.port, buffering);
    const reader = await openStream(origin, proxy.url, 'POST');
    await until(() => origin.server.inspect.totals().sessions === 1);
    // Two heartbeats and a message later, a stream that is not held back would long have shown itself.
    await origin.publish('alice', 'held back');
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect([reader.text(), reader.isOpen()]).toEqual(['', false]);
    // The same server without the buffer in between.
    const direct = await openStream(origin, `http://127.0.0.1:${origin.port}`, 'POST');
    await until(() => direct.text().includes('held back'));
  });

  it('long polls work as ever', async () => {
    await using origin = await openOriginServer();
    await using proxy = await startProxy('nginx', origin.port, buffering);
    await pollWithClient(origin, proxy.url);
  });
});
