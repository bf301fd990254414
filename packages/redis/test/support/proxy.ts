/** A TCP proxy before Redis that stalls, swallows answers or cuts connections, as it is told. */
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

export interface Proxy extends AsyncDisposable {
  readonly url: string;
  /** Connections made so far. */
  readonly connections: number;
  /** Requests reach Redis, answers wait until `resume`. */
  stall(): void;
  resume(): void;
  /** Requests reach Redis; the next piece of an answer is thrown away. */
  swallow(): void;
  /** Requests reach Redis; the connection is cut when the first answer comes. */
  cutAtAnswer(): void;
}

export async function openProxy(port: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let held: (() => void)[] | undefined;
  let mode: 'pass' | 'swallow' | 'cut' = 'pass';
  let connections = 0;

  const server = createServer((client) => {
    connections++;
    const redis = dial(port, '127.0.0.1');
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        redis.destroy();
      });
    }
    client.on('data', (bytes) => redis.write(bytes));
    redis.on('data', (bytes) => {
      if (mode === 'cut') {
        mode = 'pass';
        client.destroy();
      } else if (mode === 'swallow') mode = 'pass';
      else if (held === undefined) client.write(bytes);
      else held.push(() => client.write(bytes));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections;
    },
    stall: () => {
      held ??= [];
    },
    resume: () => {
      const waiting = held ?? [];
      held = undefined;
      for (const write of waiting) write();
    },
    swallow: () => {
      mode = 'swallow';
    },
    cutAtAnswer: () => {
      mode = 'cut';
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
