import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';

/** Finds ports that are free now, all different. */
export async function findFreePorts<Name extends string>(names: readonly Name[]): Promise<Readonly<Record<Name, number>>> {
  // All are held at once, so that none is found twice.
  const servers = await Promise.all(names.map(listen));
  const ports = servers.map((server, index) => [names[index], (server.address() as AddressInfo).port] as const);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return Object.fromEntries(ports) as Record<Name, number>;
}

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
