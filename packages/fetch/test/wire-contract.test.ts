import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createCommunicationServer } from '@pollux/core/server';
import {
  createManualClock,
  createTestCredentials,
  describeWire,
  type WirePeer,
  type WirePeerOptions,
} from '@pollux/core/testing';
import { describe, expect, it, vi } from 'vitest';
import { createFetchHandler, type FetchHandler } from '../src/index.ts';

// Nothing in a case waits, but the machine may be busy.
vi.setConfig({ testTimeout: 30_000 });

interface Opened {
  readonly baseUrl: string;
  readonly fetch?: typeof fetch;
  close(): Promise<void>;
}

async function openPeer(options: WirePeerOptions, bind: (handler: FetchHandler) => Promise<Opened>): Promise<WirePeer> {
  const clock = createManualClock(Date.now());
  const server = createCommunicationServer({ applications: options.applications, limits: options.limits, clock });
  const { authorization, publisher, authenticate, authorizePublisher } = createTestCredentials(clock.now);
  const opened = await bind(createFetchHandler({ server, origins: options.origins, authenticate, authorizePublisher, clock }));
  const close = async (): Promise<void> => {
    const closed = server.close({ drainSeconds: 1 });
    await clock.advance(5000);
    await closed;
    await opened.close();
  };
  const { baseUrl } = opened;
  const send = opened.fetch === undefined ? {} : { fetch: opened.fetch };
  return {
    baseUrl,
    ...send,
    authorization,
    publisher,
    close,
    clockAdvance: (ms) => clock.advance(ms),
    [Symbol.asyncDispose]: close,
  };
}

/** No sockets: `Request` in, `Response` out. */
async function inProcess(handler: FetchHandler): Promise<Opened> {
  const base = 'http://in-process';
  const send: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    // A `Request` leaves out what only a browser may set.
    for (const [name, value] of new Headers(init?.headers)) if (!request.headers.has(name)) request.headers.set(name, value);
    const response = await handler(request);
    // Nobody is left to take what a cut request is answered.
    request.signal.throwIfAborted();
    return response;
  };
  return { baseUrl: `${base}/pollux`, fetch: send, close: async () => undefined };
}

async function onNode(handler: FetchHandler): Promise<Opened> {
  const server = createServer(getRequestListener(handler));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/pollux`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

describeWire('fetch in process', { describe, expect, it }, { open: (options) => openPeer(options, inProcess) });
describeWire('fetch on Node', { describe, expect, it }, { open: (options) => openPeer(options, onNode) });
