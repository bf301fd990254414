/** A peer of the wire contract in an Express application. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '@pollux/core';
import { createCommunicationServer, type MessageBuffer } from '@pollux/core/server';
import { createManualClock, createTestCredentials, type WirePeer, type WirePeerOptions } from '@pollux/core/testing';
import { createExpressHandler, type ExpressHandler } from '../src/index.ts';

/** Puts the handler at `/api/pollux` of an application. */
export type Mount = (handler: ExpressHandler) => RequestListener;

/** Opens an empty buffer. */
export type OpenBuffer = (options: {
  readonly limits: WirePeerOptions['limits'];
  readonly clock: Clock;
}) => Promise<MessageBuffer>;

/** @param openBuffer what the server keeps its messages in; without it, memory */
export async function openExpressPeer(options: WirePeerOptions, mount: Mount, openBuffer?: OpenBuffer): Promise<WirePeer> {
  const { applications, limits, origins } = options;
  const clock = createManualClock(Date.now());
  const buffer = await openBuffer?.({ limits, clock });
  const server = createCommunicationServer({ applications, limits, clock, ...(buffer && { buffer }) });
  const { authorization, publisher, authenticate, authorizePublisher } = createTestCredentials(clock.now);
  const listener = createServer(mount(createExpressHandler({ server, origins, authenticate, authorizePublisher, clock })));
  await new Promise<void>((resolve) => void listener.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    const closed = server.close({ drainSeconds: 1 });
    await clock.advance(5000);
    await closed;
    await new Promise<void>((resolve) => {
      listener.close(() => resolve());
      listener.closeAllConnections();
    });
    await buffer?.close();
  };
  const baseUrl = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/api/pollux`;
  return { baseUrl, authorization, publisher, close, clockAdvance: (ms) => clock.advance(ms), [Symbol.asyncDispose]: close };
}
