import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { connectionsOf, isOfAnotherProtocol, lastAnswerOf, type Server } from './connections.ts';

/** How often idle connections are looked for, in milliseconds. */
const lookMs = 5_000;

/**
 * Closes connections that have been without a request for `keepAliveMs`, or one look longer. In place of Node.js's own
 * `keepAliveTimeout`, which it turns off: that sets a timer after each answer and takes it back at the next request, a
 * tenth of what an empty poll costs.
 */
export function closeIdleConnections(server: Server, keepAliveMs: number, everyMs: number = lookMs): void {
  server.keepAliveTimeout = 0;
  const connections = connectionsOf(server);
  const idle = new WeakMap<Socket, { readonly after: ServerResponse | undefined; looks: number }>();
  const most = Math.ceil(keepAliveMs / everyMs);
  const look = setInterval(() => {
    for (const socket of connections) {
      if (isOfAnotherProtocol(socket)) continue;
      const last = lastAnswerOf(socket);
      if (last !== undefined && !last.writableFinished) continue;
      const seen = idle.get(socket);
      if (seen === undefined || seen.after !== last) idle.set(socket, { after: last, looks: 0 });
      else if (++seen.looks >= most) socket.destroy();
    }
  }, everyMs);
  look.unref();
  server.on('close', () => clearInterval(look));
}
