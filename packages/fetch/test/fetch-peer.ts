/** Peers of the wire contract in this process: the handler called as it is, and behind Node's HTTP. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createCommunicationServer } from '@pollux/core/server';
import { createManualClock, createTestCredentials, type WirePeer, type WirePeerOptions } from '@pollux/core/testing';
import { createFetchHandler, type FetchHandler } from '../src/index.ts';
import type { OpenBuffer } from './buffers/open-buffer.ts';

interface Opened {
  readonly baseUrl: string;
  readonly fetch?: typeof fetch;
  close(): Promise<void>;
}

/** A way to a handler. */
export type Bind = (handler: FetchHandler) => Promise<Opened>;

/** @param openBuffer what the server keeps its messages in; without it, memory */
export async function openFetchPeer(options: WirePeerOptions, bind: Bind, openBuffer?: OpenBuffer): Promise<WirePeer> {
  const { applications, limits, origins } = options;
  const clock = createManualClock(Date.now());
  const buffer = await openBuffer?.({ limits, clock });
  const server = createCommunicationServer({ applications, limits, clock, ...(buffer && { buffer }) });
  const { authorization, publisher, authenticate, authorizePublisher } = createTestCredentials(clock.now);
  const opened = await bind(createFetchHandler({ server, origins, authenticate, authorizePublisher, clock }));
  const close = async (): Promise<void> => {
    const closed = server.close({ drainSeconds: 1 });
    await clock.advance(5000);
    await closed;
    await opened.close();
    await buffer?.close();
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
export const inProcess: Bind = async (handler) => {
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
};

/** Behind `node:http`, as Hono's server for Node puts it there. */
export const onNode: Bind = async (handler) => {
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
};
