/** An HTTP server that names why it cannot listen, and ends without cutting an answer. */
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { applyServerLimits } from '@pollux/node';
import type { ListenConfiguration } from '../configuration/configuration.ts';

/** A server that listens. */
export interface GracefulServer {
  /** `http://host:port`, as it really listens. */
  readonly url: string;
  /**
   * Takes no new connections, closes idle ones, lets `finish` bring about the answers that are still owed, and waits
   * for them, at most `patienceMs`. Resolves to the number of connections that had to be cut.
   */
  end(finish: () => Promise<void>, patienceMs: number): Promise<number>;
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
  const at = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const why = causes[error.code ?? '']?.(at, setting) ?? `${at}: ${error.message}. See setting ${setting}`;
  const [flag, variable] = setting === 'listen' ? ['--port', 'POLLUX_LISTEN_PORT'] : ['--admin-port', 'POLLUX_ADMIN_PORT'];
  const ways = error.code === 'EADDRINUSE' || error.code === 'EACCES' ? ` (${flag}, ${variable})` : '';
  return new ListenError(`Cannot listen: ${why}${ways}.`, { cause: error });
}

/** The answer that each connection is or was last busy with; so that the last one can say `Connection: close`. */
function trackAnswers(server: Server): ReadonlyMap<Socket, ServerResponse> {
  const answers = new Map<Socket, ServerResponse>();
  server.on('connection', (socket) => socket.once('close', () => answers.delete(socket)));
  server.prependListener('request', ({ socket }, res) => void answers.set(socket, res));
  return answers;
}

function listenAt(server: Server, { host, port }: ListenConfiguration): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 4096 }, () => {
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
  const answers = trackAnswers(server);
  const address = await listenAt(server, at).catch((error: NodeJS.ErrnoException) => {
    throw explain(error, at, setting);
  });
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${host}:${address.port}`,
    async end(finish, patienceMs) {
      let cut = 0;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // Said by the answer itself: the client then sends nothing on a connection that is about to go.
      const sayClose = (res: ServerResponse): void => {
        if (!res.headersSent) res.shouldKeepAlive = false;
      };
      for (const res of answers.values()) sayClose(res);
      server.prependListener('request', (_req, res) => sayClose(res));
      const patience = setTimeout(() => {
        cut = answers.size;
        server.closeAllConnections();
      }, patienceMs);
      await finish();
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
      await closed;
      clearInterval(sweep);
      clearTimeout(patience);
      return cut;
    },
  };
}
