/** An HTTP server that names why it cannot listen, and ends without cutting an answer. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { applyServerLimits, type GracefulEnd, prepareGracefulEnd } from '@pollux/node';
import type { ListenConfiguration } from '../configuration/configuration.ts';
import { hostInUrl } from '../configuration/text-rules.ts';

/** A server that listens. */
export interface GracefulServer {
  /** `http://host:port`, as it really listens. */
  readonly url: string;
  readonly end: GracefulEnd;
}

/** A server that could not listen; its message says what to change. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

const causes: Readonly<Record<string, (at: string, setting: string) => string>> = {
  EADDRINUSE: (at, setting) =>
    `${at} is taken by another process. Stop that one, or choose another port: setting ${setting}.port`,
  EACCES: (at, setting) => `this user may not use ${at}. Choose a port above 1023: setting ${setting}.port`,
  EADDRNOTAVAIL: (at, setting) => `${at}: this machine does not have that address. Choose another: setting ${setting}.host`,
  ENOTFOUND: (at, setting) => `${at}: that host name is not known. Choose another: setting ${setting}.host`,
};

function explain(error: NodeJS.ErrnoException, { host, port }: ListenConfiguration, setting: 'listen' | 'admin'): ListenError {
  const at = `${hostInUrl(host)}:${port}`;
  const why = causes[error.code ?? '']?.(at, setting) ?? `${at}: ${error.message}. See setting ${setting}`;
  const [flag, variable] = setting === 'listen' ? ['--port', 'POLLUX_LISTEN_PORT'] : ['--admin-port', 'POLLUX_ADMIN_PORT'];
  const ways = error.code === 'EADDRINUSE' || error.code === 'EACCES' ? ` (${flag}, ${variable})` : '';
  return new ListenError(`Cannot listen: ${why}${ways}.`, { cause: error });
}

function listenAt(server: Server, { host, port }: ListenConfiguration, exclusive: boolean): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 4096, exclusive }, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** Listens; `setting` names the part of the configuration to change where that fails (`ListenError`). */
export async function startServer(
  listener: RequestListener,
  at: ListenConfiguration,
  setting: 'listen' | 'admin',
): Promise<GracefulServer> {
  const server = createServer({ connectionsCheckingInterval: 5000, maxHeaderSize: 16_384 }, listener);
  applyServerLimits(server);
  const end = prepareGracefulEnd(server);
  // What workers serve together is the one port; each has a console of its own.
  const address = await listenAt(server, at, setting === 'admin').catch((error: NodeJS.ErrnoException) => {
    throw explain(error, at, setting);
  });
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${host}:${address.port}`, end };
}
