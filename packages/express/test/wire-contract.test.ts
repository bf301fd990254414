import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCommunicationServer } from '@pollux/core/server';
import {
  createManualClock,
  createTestCredentials,
  describeWire,
  type WirePeer,
  type WirePeerOptions,
} from '@pollux/core/testing';
import compression from 'compression';
import express5 from 'express';
import express4 from 'express4';
import { describe, expect, it, vi } from 'vitest';
import { createExpressHandler, type ExpressHandler } from '../src/index.ts';

// Nothing in a case waits, but the machine may be busy.
vi.setConfig({ testTimeout: 30_000 });

type Mount = (handler: ExpressHandler) => RequestListener;

async function openPeer(options: WirePeerOptions, mount: Mount): Promise<WirePeer> {
  const clock = createManualClock(Date.now());
  const server = createCommunicationServer({ applications: options.applications, limits: options.limits, clock });
  const { authorization, publisher, authenticate, authorizePublisher } = createTestCredentials(clock.now);
  const listener = createServer(
    mount(createExpressHandler({ server, origins: options.origins, authenticate, authorizePublisher, clock })),
  );
  await new Promise<void>((resolve) => void listener.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    const closed = server.close({ drainSeconds: 1 });
    await clock.advance(5000);
    await closed;
    await new Promise<void>((resolve) => {
      listener.close(() => resolve());
      listener.closeAllConnections();
    });
  };
  const baseUrl = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/api/pollux`;
  return { baseUrl, authorization, publisher, close, clockAdvance: (ms) => clock.advance(ms), [Symbol.asyncDispose]: close };
}

for (const [name, express] of [
  ['Express 5', express5],
  ['Express 4', express4],
] as const) {
  describeWire(
    name,
    { describe, expect, it },
    { open: (options) => openPeer(options, (handler) => express().use('/api/pollux', handler)) },
  );
  describeWire(
    `${name} behind compression`,
    { describe, expect, it },
    {
      open: (options) =>
        openPeer(options, (handler) =>
          express()
            .use(compression({ threshold: 0 }))
            .use('/api/pollux', handler),
        ),
    },
  );
}
