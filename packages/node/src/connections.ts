import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The open connections of a server, with the answer that each is or was last busy with. */
export type Connections = ReadonlyMap<Socket, ServerResponse | undefined>;

const known = new WeakMap<Server, Connections>();

/** Keeps the list of a server's connections from now on; one list for each server. */
export function connectionsOf(server: Server): Connections {
  const tracked = known.get(server);
  if (tracked !== undefined) return tracked;
  const note = noteConnections(server);
  server.prependListener('request', note);
  return known.get(server) as Connections;
}

/**
 * Begins a server's list; the one listener that the server has must call the function returned at each request. A second
 * listener would have Node.js copy the list of them for every request.
 */
export function noteConnections(server: Server): (request: IncomingMessage, response: ServerResponse) => void {
  const connections = new Map<Socket, ServerResponse | undefined>();
  server.on('connection', (socket) => {
    connections.set(socket, undefined);
    socket.once('close', () => connections.delete(socket));
  });
  known.set(server, connections);
  return ({ socket }, response) => void connections.set(socket, response);
}
