/** T10, the client's half: a server that was taken over, or answers for somebody else, cannot make a page call elsewhere. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { hrefsElsewhere } from './hrefs.ts';

const fetchTarget = fileURLToPath(new URL('../../../core/src/protocol/fetch-target.ts', import.meta.url));

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Visit {
  readonly url: string;
  readonly authorization: string | undefined;
}

/** Has a client with a token for its orders told to fetch from elsewhere; who came to evil, and with what. */
async function lure(
  wrapFetch: (own: typeof fetch) => typeof fetch = (own) => own,
): Promise<{ readonly evil: readonly Visit[]; readonly own: number; readonly asked: readonly string[] }> {
  vi.resetModules();
  const { createCommunicationClient } = await import('@pollux/core/client');
  const evil: Visit[] = [];
  const evilOrigin = await serve((request, response) => {
    evil.push({ url: request.url ?? '', authorization: request.headers.authorization });
    response.end('{}');
  });
  let own = 0;
  const orders = await serve((request, response) => {
    own++;
    if (request.url === '/away') response.writeHead(307, { location: `${evilOrigin}/redirected` }).end();
    else response.end('{}');
  });
  const hrefs = [
    `${orders}/fine`,
    `${orders}/away`,
    `${evilOrigin}/x`,
    ...hrefsElsewhere
      .filter((href) => href !== '')
      .map((href) => href.replaceAll('https://orders.example', orders).replaceAll('https://evil.example', evilOrigin)),
  ];
  const messages = hrefs.map((href, index) => ({
    id: `m${index}`,
    cursor: `c${index}`,
    at: 0,
    kind: 'fetch',
    type: `t${index}`,
    fetch: { href },
  }));
  let polls = 0;
  const hub = await serve((request, response) => {
    const news = JSON.stringify({ session: 's_1', applications: { orders: { cursor: 'c999', messages } } });
    request.resume().on('end', () => {
      if (request.method === 'POST' && polls++ === 0) response.writeHead(200, { 'content-type': 'application/json' }).end(news);
      else setTimeout(() => response.writeHead(204).end(), 50);
    });
  });
  const asked: string[] = [];
  const recording: typeof fetch = (input, init) => {
    asked.push(String(input));
    // Without its guards the client would ask the wide world; only this machine is ever asked.
    if (!String(input).startsWith('http://127.0.0.1:')) return Promise.reject(new TypeError('not of this machine'));
    return wrapFetch(fetch)(input, init);
  };
  let done = 0;
  const client = createCommunicationClient({
    url: hub,
    fetch: recording,
    // Nothing waits for its turn longer than it must.
    random: { next: () => 0, token: () => 'x' },
    observe: ({ kind }) => void ((kind === 'handled' || kind === 'handler-failed') && done++),
  });
  const application = client.application('orders', {
    fetchTargets: [orders],
    fetchHeaders: () => ({ authorization: 'Bearer for-orders' }),
  });
  for (const { type } of messages) application.onFetch(type, () => undefined);
  for (let turn = 0; turn < 600 && done < messages.length && evil.length === 0; turn++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  await client.close();
  return {
    evil,
    own,
    asked: asked.filter((url) => !url.startsWith(hub) && !url.startsWith(`${orders}/fine`) && !url.startsWith(`${orders}/away`)),
  };
}

describe('T10 an instruction that leads elsewhere reaches a client', { timeout: 60_000 }, () => {
  it('has no effect', async () => {
    const { evil, own, asked } = await lure();
    expect(evil).toEqual([]);
    expect(own).toBeGreaterThanOrEqual(2);
    expect(asked).toEqual([]);
  });

  it('gets through without the guard: the client checks targets itself', async () => {
    vi.doMock(fetchTarget, async (original) => ({
      ...((await original()) as object),
      resolveFetch: (href: string) => (URL.canParse(href) ? href : undefined),
    }));
    try {
      const { evil } = await lure();
      expect(evil.some(({ authorization }) => authorization === 'Bearer for-orders')).toBe(true);
    } finally {
      vi.doUnmock(fetchTarget);
    }
  });

  it('gets through without the guard: no redirect is followed', async () => {
    const { evil } = await lure((own) => (input, init) => own(input, { ...init, redirect: 'follow' }));
    expect(evil.map(({ url }) => url)).toContain('/redirected');
  });
});
