import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The open connections of a server, with the answer that each is or was last busy with. */
export type Connections = ReadonlyMap<Socket, ServerResponse | undefined>;

const known = new WeakMap<Server, Connections>();

/** Keeps the list of a server's connections from now on; one list for each server. */
export function connectionsOf(server: Server): Connections {
  const tracked = known.get(server);
  if (tracked !== undefined) return tracked;
  const connections = new Map<Socket, ServerResponse | undefined>();
  server.on('connection', (socket) => {
    connections.set(socket, undefined);
    socket.once('close', () => connections.delete(socket));
  });
  server.prependListener('request', ({ socket }, response) => void connections.set(socket, response));
  known.set(server, connections);
  return connections;
}
