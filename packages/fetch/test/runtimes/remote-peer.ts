/** A peer of the wire contract in another process (suite-host.ts). */
import { connect } from 'node:net';
import { createTestCredentials, type WirePeer, type WirePeerOptions } from '@pollux/core/testing';
import type { OpenedServer, SentOptions } from './suite-host.ts';

async function control(port: number, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}/control/${path}`, { method: 'POST', body: JSON.stringify(body ?? {}) });
  if (!response.ok) throw new Error(`control ${path} got ${response.status}: ${await response.text()}`);
  return response.json();
}

/** Sends text over a connection of its own; what comes back until the other side closes, or is quiet. */
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

function toSend({ applications, ...plain }: WirePeerOptions): SentOptions {
  const sent = Object.entries(applications).map(([name, { validate, ...rest }]) => {
    return [name, { ...rest, ...(validate !== undefined && { validate: String(validate) }) }] as const;
  });
  return { ...plain, applications: Object.fromEntries(sent) };
}

/** Opens a fresh server in the process that listens on `port`. */
export async function openRemotePeer(port: number, options: WirePeerOptions): Promise<WirePeer> {
  const { basePath, startMs } = (await control(port, 'open', toSend(options))) as OpenedServer;
  const name = basePath.split('/')[1] ?? '';
  let elapsedMs = 0;
  const { authorization, publisher } = createTestCredentials(() => startMs + elapsedMs);
  const close = async (): Promise<void> => void (await control(port, `${name}/close`));
  return {
    baseUrl: `http://127.0.0.1:${port}${basePath}`,
    authorization,
    publisher,
    close,
    clockAdvance: async (ms) => {
      await control(port, `${name}/${ms}`);
      elapsedMs += ms;
    },
    raw: (text) => sendRaw(port, text),
    [Symbol.asyncDispose]: close,
  };
}
