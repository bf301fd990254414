import type { Server as HttpServer, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';

/** A server of `node:http` or `node:https`. */
export type Server = HttpServer | HttpsServer;

const lastAnswer: unique symbol = Symbol('lastAnswer');

/** A connection, with the answer that it is or was last busy with. */
export type Connection = Socket & { [lastAnswer]?: ServerResponse };

const known = new WeakMap<Server, ReadonlySet<Connection>>();

/** The open connections of a server from now on; one set for each server. */
export function connectionsOf(server: Server): ReadonlySet<Connection> {
  const tracked = known.get(server);
  if (tracked !== undefined) return tracked;
  (server as HttpServer).prependListener('request', noteAnswer);
  return trackConnections(server);
}

/**
 * Begins a server's set; the listener that the server has must call `noteAnswer` itself. A second listener would have
 * Node.js copy the list of them for every request.
 */
export function trackConnections(server: Server): ReadonlySet<Connection> {
  const connections = new Set<Connection>();
  // Requests of a server with TLS name the connection within the connection.
  const event = 'setSecureContext' in server ? 'secureConnection' : 'connection';
  (server as HttpServer).on(event, (socket: Connection) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  known.set(server, connections);
  return connections;
}

/** Notes on a connection what it is busy with. */
export function noteAnswer({ socket }: { readonly socket: Connection }, response: ServerResponse): void {
  socket[lastAnswer] = response;
}

/** The answer that a connection is or was last busy with. */
export function lastAnswerOf(connection: Connection): ServerResponse | undefined {
  return connection[lastAnswer];
}

/** Whether a host has taken a connection for another protocol, as for WebSockets: HTTP has no parser for it any more. */
export function isOfAnotherProtocol(connection: Connection): boolean {
  return (connection as { readonly parser?: unknown }).parser === null;
}
