/** Requests that are over before they are answered: read by the host, failing, given up. */
import { createCommunicationServer } from '@pollux/core/server';
import { describe, expect, it } from 'vitest';
import { createFetchHandler, type FetchHandler, type FetchHandlerOptions } from '../src/index.ts';

const alice = { recipient: 'alice' };

function start(options: Partial<FetchHandlerOptions> = {}) {
  const server = createCommunicationServer({ applications: { orders: {} } });
  const handler = createFetchHandler({ server, authenticate: () => alice, ...options });
  return { handler, held: () => server.inspect.totals().heldPolls, sessions: () => server.inspect.totals().sessions };
}

function poll(body: unknown, more: RequestInit = {}): Request {
  const headers = { 'content-type': 'application/json' };
  return new Request('http://x/pollux/poll', { method: 'POST', headers, body: JSON.stringify(body), ...more });
}

const openPoll = { applications: { orders: { cursor: null } } };

/** What a poll asks that is held. */
async function holding(handler: FetchHandler): Promise<unknown> {
  const answer = (await (await handler(poll(openPoll))).json()) as {
    session: string;
    applications: { orders: { cursor: string } };
  };
  return { session: answer.session, wait: 25, applications: { orders: { cursor: answer.applications.orders.cursor } } };
}

describe('a body', () => {
  it('that the host has read is told of, instead of waited for', async () => {
    const { handler } = start();
    const request = poll(openPoll);
    await request.json();
    const answer = await handler(request);
    expect([answer.status, await answer.json()]).toEqual([
      500,
      expect.objectContaining({ detail: expect.stringContaining('clone') }),
    ]);
  });

  it('that somebody else is reading is told of', async () => {
    const { handler } = start();
    const request = poll(openPoll);
    request.body?.getReader();
    expect((await handler(request)).status).toBe(500);
  });

  it('that fails ends the request', async () => {
    const { handler } = start();
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('cut')) });
    expect((await handler(poll('', { body, duplex: 'half' } as RequestInit))).status).toBe(499);
  });
});

describe('a client that has gone', () => {
  it('before its request came is not waited for', async () => {
    const { handler, held } = start();
    const body = JSON.stringify(await holding(handler));
    expect((await handler(poll('', { body, signal: AbortSignal.abort() }))).status).toBe(499);
    expect(held()).toBe(0);
  });

  it.each([
    ['poll', (body: unknown, signal: AbortSignal) => poll(body, { signal })],
    ['stream', (_body: unknown, signal: AbortSignal) => new Request('http://x/pollux/stream?app=orders', { signal })],
  ])('while it was found out who it is leaves no %s behind', async (_kind, requestOf) => {
    let isSlow = false;
    let known = (): void => undefined;
    const slowly = () =>
      new Promise<typeof alice>((resolve) => {
        known = () => resolve(alice);
      });
    const { handler, held, sessions } = start({ authenticate: () => (isSlow ? slowly() : alice) });
    const body = await holding(handler);
    const before = sessions();
    isSlow = true;
    const client = new AbortController();
    const answer = handler(requestOf(body, client.signal));
    client.abort();
    expect((await answer).status).toBe(499);
    known();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([held(), sessions()]).toEqual([0, before]);
  });
});
