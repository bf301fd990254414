/** A whole server in this process, with a clock that a test moves and no sockets: the reference peer of the wire contract. */

import { createMemoryBuffer } from '../buffer/memory/memory-buffer.ts';
import type { MessageBuffer } from '../buffer/message-buffer.ts';
import type { CommunicationServer } from '../server/communication-server.ts';
import { createCommunicationServer } from '../server/create-communication-server.ts';
import { createServlet } from '../servlet/create-servlet.ts';
import type { Servlet } from '../servlet/servlet.ts';
import { createLoopback, type Loopback } from './loopback.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { createTestCredentials } from './wire-contract/credentials.ts';
import type { WirePeer, WirePeerOptions } from './wire-contract/peer.ts';

/** Changes to the parts, for showing that a suite notices. */
export interface LoopbackPeerParts {
  /** @default an in-memory buffer */
  readonly buffer?: (options: WirePeerOptions, clock: ManualClock) => MessageBuffer;
  readonly server?: (server: CommunicationServer) => CommunicationServer;
  readonly servlet?: (servlet: Servlet) => Servlet;
}

export interface LoopbackPeer extends WirePeer {
  readonly clock: ManualClock;
  readonly server: CommunicationServer;
  readonly loopback: Loopback;
}

/** Opens the peer. */
export function openLoopbackPeer(options: WirePeerOptions, parts: LoopbackPeerParts = {}): LoopbackPeer {
  const clock = createManualClock();
  const buffer = parts.buffer?.(options, clock) ?? createMemoryBuffer({ limits: options.limits, clock });
  const made = createCommunicationServer({ applications: options.applications, limits: options.limits, clock, buffer });
  const server = parts.server?.(made) ?? made;
  const credentials = createTestCredentials(clock.now);
  const { authenticate, authorizePublisher, authorization, publisher } = credentials;
  const servlet = createServlet({ server, clock, origins: options.origins, authenticate, authorizePublisher });
  const loopback = createLoopback(parts.servlet?.(servlet) ?? servlet);
  const close = async (): Promise<void> => {
    const closed = made.close({ drainSeconds: 1 });
    await clock.advance(5000);
    await closed;
    await buffer.close();
  };
  return {
    baseUrl: `http://loopback${servlet.basePath}`,
    clock,
    server,
    loopback,
    authorization,
    publisher,
    close,
    clockAdvance: (ms) => clock.advance(ms),
    fetch: loopback.fetch,
    raw: loopback.raw,
    [Symbol.asyncDispose]: close,
  };
}
