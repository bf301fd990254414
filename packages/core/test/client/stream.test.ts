/** Streams: against the real servlet on a manual clock, and behind networks that do not let them through. */

import { createCommunicationServer, createServlet } from '@pollux/core/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ClientEvent, type CommunicationClientOptions, createCommunicationClient } from '../../src/client/index.ts';
import { createLoopback } from '../../src/testing/loopback.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';

type Fetch = typeof globalThis.fetch;

function setup(options: Partial<CommunicationClientOptions> = {}, network: (fetch: Fetch) => Fetch = (fetch) => fetch) {
  const clock = createManualClock();
  const server = createCommunicationServer({ applications: { orders: {}, calls: {} }, clock });
  const loopback = createLoopback(createServlet({ server, authenticate: () => ({ recipient: 'alice' }) }));
  const events: ClientEvent[] = [];
  const paths: string[] = [];
  const fetch = network((input, init) => loopback.fetch(input, init));
  const client = createCommunicationClient({
    url: 'http://loopback/pollux',
    mode: 'stream',
    fetch: (input, init) => {
      const kind = new Headers(init?.headers).get('accept') === 'text/event-stream' ? ' stream' : '';
      paths.push(`${init?.method} ${new URL(String(input)).pathname}${kind}`);
      return fetch(input, init);
    },
    clock,
    random: { next: () => 0.5, token: () => 'token' },
    observe: (event) => events.push(event),
    ...options,
  });
  onTestFinished(async () => {
    void client.close();
    void server.close({ drainSeconds: 0 });
  });
  const seen: unknown[] = [];
  client.application('orders').on('note', ({ data }) => void seen.push(data));
  /** Bodies take some turns of the event loop, which no clock counts. */
  const go = async (ms: number): Promise<void> => {
    for (let leftMs = ms; leftMs >= 0; leftMs -= 500) {
      for (let turns = 0; turns < 12; turns++) await clock.settle();
      await clock.advance(Math.min(500, leftMs));
    }
    for (let turns = 0; turns < 12; turns++) await clock.settle();
  };
  return {
    clock,
    go,
    server,
    client,
    events,
    paths,
    seen,
    streams: () => paths.filter((path) => path.endsWith(' stream')).length,
    notify: (data: unknown): void =>
      void server.application('orders').notify({ recipients: ['alice'] }, { kind: 'direct', type: 'note', data }),
    pending: async () => (await server.inspect.buffer.totals()).messages,
  };
}

/** A proxy that keeps a stream's answer to itself until it is over. */
const gathering =
  (fetch: Fetch): Fetch =>
  (input, init) => {
    if (new Headers(init?.headers).get('accept') !== 'text/event-stream') return fetch(input, init);
    void fetch(input, init).catch(() => undefined);
    return new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))));
  };

/** A network that lets a stream begin and cuts it after so many milliseconds. */
const cutting =
  (after: () => Promise<void>) =>
  (fetch: Fetch): Fetch =>
  async (input, init) => {
    const controller = new AbortController();
    init?.signal?.addEventListener('abort', () => controller.abort());
    const response = await fetch(input, { ...init, signal: controller.signal });
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) void after().then(() => controller.abort());
    return response;
  };

describe('a stream', () => {
  it('begins after one short poll, brings message after message on one request, and is acknowledged beside', async () => {
    const { go, paths, notify, pending, seen } = setup();
    await go(10);
    for (let number = 1; number <= 5; number++) {
      notify(number);
      await go(100);
    }
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    await go(2000);
    expect(await pending()).toBe(0);
    expect(paths).toEqual(['POST /pollux/poll', 'POST /pollux/poll stream', 'POST /pollux/ack']);
  });

  it('lives on heartbeats, and ends in order to begin again', async () => {
    const { go, client, events, streams, notify, seen } = setup();
    // A stream ends at 240 to 360 seconds.
    await go(230_000);
    expect(streams()).toBe(1);
    await go(520_000);
    expect(streams()).toBeGreaterThan(1);
    notify('late');
    await go(10);
    expect(seen).toEqual(['late']);
    expect(client.state).toBe('connected');
    expect(events.filter(({ kind }) => kind === 'request-failed')).toEqual([]);
  });

  it('is left for another where an application joins or a message failed', async () => {
    const { go, client, server, notify, streams, seen, pending } = setup();
    client.application('orders').on('bad', () => {
      throw new Error('no');
    });
    await go(10);
    client.application('calls').on('note', ({ data }) => void seen.push(data));
    await go(50);
    expect(streams()).toBe(2);
    void server.application('calls').notify({ recipients: ['alice'] }, { kind: 'direct', type: 'note', data: 'call' });
    void server.application('orders').notify({ recipients: ['alice'] }, { kind: 'direct', type: 'bad', data: 0 });
    await go(5000);
    expect(streams()).toBe(3);
    expect((await server.inspect.buffer.totals()).parked).toBe(1);
    notify('after');
    await go(3000);
    expect(streams()).toBe(3);
    expect(seen).toEqual(['call', 'after']);
    expect(await pending()).toBe(0);
  });

  it('is for pages that ask for one', async () => {
    for (const [mode, expected] of [
      [undefined, 0],
      ['long-poll', 0],
      ['stream', 1],
    ] as const) {
      const { go, streams } = setup({ mode } as Partial<CommunicationClientOptions>);
      await go(10);
      expect(streams()).toBe(expected);
    }
  });

  it('takes in no more than a slow handler can bear, and loses nothing', async () => {
    const { go, clock, client, notify, server, seen } = setup();
    client.application('calls').on('slow', async ({ data }) => {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 20));
      seen.push(data);
    });
    await go(100);
    for (let number = 0; number < 500; number++) {
      void server.application('calls').notify({ recipients: ['alice'] }, { kind: 'direct', type: 'slow', data: number });
      if (number % 10 === 0) await go(1);
    }
    notify('quick');
    await go(60_000);
    expect(seen.filter((data) => data === 'quick')).toHaveLength(1);
    expect(seen.filter((data) => data !== 'quick')).toEqual(Array.from({ length: 500 }, (_, number) => number));
  });
});

describe('where a stream does not come through', () => {
  it('goes on with long polls within 5 s behind a proxy that gathers, and tries again after 10 minutes', async () => {
    const { go, client, events, streams, notify, seen } = setup({}, gathering);
    await go(0);
    notify(1);
    await go(4999);
    expect(seen).toEqual([1]);
    expect(client.state).toBe('connected');
    expect(events.filter(({ kind }) => kind === 'request-failed')).toEqual([]);
    notify(2);
    await go(10);
    expect(seen).toEqual([1, 2]);
    expect(streams()).toBe(1);
    await go(640_000);
    expect(streams()).toBe(2);
  });

  it('goes on with long polls where it was cut three times in a row', async () => {
    const parts: { clock?: { setTimeout(run: () => void, ms: number): unknown } } = {};
    const cut = cutting(() => new Promise((resolve) => void parts.clock?.setTimeout(resolve, 8000)));
    const { go, clock, streams, notify, seen } = setup({}, cut);
    parts.clock = clock;
    await go(60_000);
    expect(streams()).toBe(3);
    notify('through');
    await go(10);
    expect(seen).toEqual(['through']);
  });

  it('notices one that fell silent', async () => {
    const dead =
      (fetch: Fetch): Fetch =>
      async (input, init) => {
        const response = await fetch(input, init);
        if (!response.headers.get('content-type')?.startsWith('text/event-stream') || !response.body) return response;
        const reader = response.body.getReader();
        const { value } = await reader.read();
        const body = new ReadableStream({ start: (controller) => controller.enqueue(value) });
        return new Response(body, { headers: response.headers });
      };
    const { go, events } = setup({}, dead);
    await go(34_000);
    expect(events.filter(({ kind }) => kind === 'request-failed')).toHaveLength(0);
    await go(7000);
    expect(events.filter(({ kind }) => kind === 'request-failed')).toMatchObject([{ reason: 'no answer within 35 s' }]);
  });
});
