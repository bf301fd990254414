import type { Server as HttpServer, ServerResponse } from 'node:http';
import { connectionsOf, lastAnswerOf, type Server } from './connections.ts';

/**
 * Ends a server without cutting an answer: takes no new connections, closes idle ones, lets `finish` bring about the
 * answers that are still owed, and waits for them, at most `patienceMs`. Every answer from then on says
 * `Connection: close`, so that no client sends a request on a connection that is about to go (RFC 9112, section 9.6).
 * Resolves to the number of connections that had to be cut.
 */
export type GracefulEnd = (finish: () => Promise<void>, patienceMs: number) => Promise<number>;

const sweepMs = 50;

function sayClose(res: ServerResponse | undefined): void {
  if (res?.headersSent === false) res.shouldKeepAlive = false;
}

/** Prepares a server, before it listens, to be ended gracefully. */
export function prepareGracefulEnd(server: Server): GracefulEnd {
  const connections = connectionsOf(server);
  return async (finish, patienceMs) => {
    let cut = 0;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const connection of connections) sayClose(lastAnswerOf(connection));
    (server as HttpServer).prependListener('request', (_req, res) => sayClose(res));
    const patience = setTimeout(() => {
      cut = connections.size;
      server.closeAllConnections();
      // It knows of those only that still speak HTTP.
      for (const connection of connections) connection.destroy();
    }, patienceMs);
    await finish();
    const sweep = setInterval(() => server.closeIdleConnections(), sweepMs);
    await closed;
    clearInterval(sweep);
    clearTimeout(patience);
    return cut;
  };
}
