import { connect } from 'node:net';
import { type CommunicationServer, createCommunicationServer } from '@pollux/core/server';
import { createManualClock, createTestCredentials, type WirePeer, type WirePeerOptions } from '@pollux/core/testing';
import { listen } from '../src/index.ts';

/** Sends text over a connection of its own; what comes back until the other side closes, or is quiet after an answer. */
function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let received = '';
    socket.setTimeout(3000, () => socket.destroy());
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
    socket.write(text);
  });
}

/** Opens a server on a free port: real sockets, but a clock that the suite moves, so that it does not sleep. */
export async function openNodePeer(options: WirePeerOptions): Promise<WirePeer & { readonly server: CommunicationServer }> {
  const clock = createManualClock(Date.now());
  const server = createCommunicationServer({ applications: options.applications, limits: options.limits, clock });
  const { authorization, publisher, authenticate, authorizePublisher } = createTestCredentials(clock.now);
  const listening = await listen({ server, clock, origins: options.origins, authenticate, authorizePublisher });
  const close = async (): Promise<void> => {
    const closed = listening.close({ drainSeconds: 1 });
    await clock.advance(5000);
    await closed;
  };
  return {
    server,
    baseUrl: listening.url,
    authorization,
    publisher,
    close,
    clockAdvance: (ms) => clock.advance(ms),
    raw: (text) => sendRaw(listening.port, text),
    [Symbol.asyncDispose]: close,
  };
}
