import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Notification } from '@pollux/core';
import { describe, expect, it } from 'vitest';
import { createPublisher } from '../src/applications/shared/publisher.ts';

interface Seen {
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly notifications: readonly Notification[];
}

type Script = (
  seen: Seen,
  nth: number,
) => { readonly status: number; readonly headers?: Record<string, string>; readonly json?: unknown } | 'cut';

/** A server that answers publishes as the script says. */
async function startScripted(script: Script): Promise<AsyncDisposable & { readonly url: string; readonly seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const one = { url: request.url, authorization: request.headers.authorization, notifications: await read(request) };
    seen.push(one);
    const answer = script(one, seen.length);
    if (answer === 'cut') request.socket.destroy();
    else response.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.json ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/pollux`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(request: IncomingMessage): Promise<Notification[]> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text) as Notification[];
}

const pause = { leastMs: 1, mostMs: 4 };
const ok = { status: 202, json: { grade: 'memory', accepted: [] } };
const note = (type: string): Notification => ({ to: { everyone: true }, kind: 'direct', type, data: 1 });

describe('publisher', () => {
  it('posts to its application with its key', async () => {
    await using server = await startScripted(() => ok);
    const publisher = createPublisher({ url: server.url, application: 'news', key: 'secret', pause });
    expect(await publisher.publish(note('headline'))).toEqual({ kind: 'accepted', refused: [] });
    expect(server.seen[0]).toMatchObject({ url: '/pollux/applications/news/notifications', authorization: 'Bearer secret' });
  });

  it.each([408, 429, 500, 502, 503])('tries again after %i, with the same idempotency key', async (status) => {
    await using server = await startScripted((_, nth) => (nth < 3 ? { status } : ok));
    const publisher = createPublisher({ url: server.url, application: 'news', key: 'k', pause });
    expect(await publisher.publish(note('headline'))).toMatchObject({ kind: 'accepted' });
    const keys = server.seen.map(({ notifications }) => notifications[0]?.key);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toBeTypeOf('string');
  });

  it('tries again where the connection broke before the answer', async () => {
    await using server = await startScripted((_, nth) => (nth === 1 ? 'cut' : ok));
    const publisher = createPublisher({ url: server.url, application: 'news', key: 'k', pause });
    expect(await publisher.publish(note('headline'))).toMatchObject({ kind: 'accepted' });
  });

  it('waits at least as long as Retry-After says', async () => {
    await using server = await startScripted((_, nth) => (nth === 1 ? { status: 503, headers: { 'retry-after': '1' } } : ok));
    const publisher = createPublisher({ url: server.url, application: 'news', key: 'k', pause });
    const began = performance.now();
    await publisher.publish(note('headline'));
    expect(performance.now() - began).toBeGreaterThanOrEqual(990);
  });

  it('keeps the order, and sends together what waits', async () => {
    await using server = await startScripted((_, nth) => (nth === 1 ? { status: 503 } : ok));
    const publisher = createPublisher({ url: server.url, application: 'calls', key: 'k', pause });
    await Promise.all(['1', '2', '3', '4'].map((type) => publisher.publish(note(type))));
    const stored = server.seen.slice(1).flatMap(({ notifications }) => notifications.map(({ type }) => type));
    expect(stored).toEqual(['1', '2', '3', '4']);
  });

  it('sends no more together than a server takes at once', async () => {
    await using server = await startScripted(({ notifications }) =>
      JSON.stringify(notifications).length > 262_144 ? { status: 413, json: { title: 'Too large', status: 413 } } : ok,
    );
    const publisher = createPublisher({ url: server.url, application: 'news', key: 'k', pause });
    const sizes = [1, ...Array.from({ length: 20 }, () => 60_000), 300_000, 1];
    const published = await Promise.all(sizes.map((size) => publisher.publish({ ...note('t'), data: 'x'.repeat(size) })));
    expect(published.map(({ kind }) => kind)).toEqual(sizes.map((size) => (size > 262_144 ? 'refused' : 'accepted')));
  });

  it('gives up what makes no JSON, and goes on with the next', async () => {
    await using server = await startScripted(() => ok);
    const publisher = createPublisher({ url: server.url, application: 'news', key: 'k', pause });
    expect(await publisher.publish({ ...note('t'), data: 1n })).toMatchObject({ kind: 'given-up' });
    expect(await publisher.publish(note('t'))).toMatchObject({ kind: 'accepted' });
  });

  it.each([400, 401, 403, 404, 409, 413, 422])('reports %i and does not repeat it', async (status) => {
    await using server = await startScripted(() => ({ status, json: { title: 'No', status } }));
    const lines: string[] = [];
    const publisher = createPublisher({ url: server.url, application: 'news', key: 'k', pause, log: (line) => lines.push(line) });
    expect(await publisher.publish(note('headline'))).toEqual({ kind: 'refused', problem: { title: 'No', status } });
    expect(server.seen).toHaveLength(1);
    expect(lines).toEqual(['headline was refused: No']);
  });

  it('tells each notification of its own refusals', async () => {
    const refused = [{ index: 1, recipient: 'bob', problem: { status: 429, title: 'The queue is full' } }];
    await using server = await startScripted((seen) =>
      seen.notifications.length === 2 ? { status: 202, json: { grade: 'memory', accepted: [], refused } } : ok,
    );
    const publisher = createPublisher({ url: server.url, application: 'news', key: 'k', pause });
    const publications = await Promise.all([note('0'), note('a'), note('b')].map((one) => publisher.publish(one)));
    expect(publications.map((one) => one.kind === 'accepted' && one.refused.length)).toEqual([0, 0, 1]);
  });

  it('gives up what waits when it is closed, and what no longer fits', async () => {
    await using server = await startScripted(() => ({ status: 503 }));
    const publisher = createPublisher({ url: server.url, application: 'news', key: 'k', pause, capacity: 1 });
    const waiting = publisher.publish(note('headline'));
    expect(await publisher.publish(note('headline'))).toMatchObject({ kind: 'given-up' });
    publisher.close();
    expect(await waiting).toEqual({ kind: 'given-up', reason: 'closed' });
    expect(await publisher.publish(note('headline'))).toEqual({ kind: 'given-up', reason: 'closed' });
  });
});
