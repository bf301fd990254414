/** A real Redis of a test's own, on a port of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';

export interface RedisProcess extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Sends one command, on a connection of its own. */
  ask(args: readonly string[]): Promise<unknown>;
  /** Ends the process at once, as a crash does. */
  kill(): Promise<void>;
  /** Sends the process a signal: `SIGSTOP` has it stand still, `SIGCONT` go on. */
  signal(name: NodeJS.Signals): void;
  /** Begins it again over the same folder. */
  start(): Promise<void>;
}

// Whatever ends a test run, nothing that it started outlives it.
const alive = new Set<ChildProcess>();
process.on('exit', () => alive.forEach((child) => void child.kill('SIGKILL')));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

/** Files of a key and a certificate. */
export interface TlsFiles {
  readonly key: string;
  readonly cert: string;
}

/** The program that is started; `POLLUX_REDIS_SERVER` names another one, such as a Valkey's. */
const program = process.env['POLLUX_REDIS_SERVER'] ?? 'redis-server';

/** Starts a Redis; `settings` are lines of its configuration, by name. With `tls` it speaks nothing else. */
export async function startRedis(settings: Readonly<Record<string, string>> = {}, tls?: TlsFiles): Promise<RedisProcess> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'pollux-redis-'));
  const url = `${tls === undefined ? 'redis' : 'rediss'}://127.0.0.1:${port}`;
  const listen =
    tls === undefined
      ? { port: String(port) }
      : { port: '0', 'tls-port': String(port), 'tls-key-file': tls.key, 'tls-cert-file': tls.cert, 'tls-auth-clients': 'no' };
  const all = { ...listen, bind: '127.0.0.1', dir: directory, save: '', ...settings };
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
  let running: ChildProcess | undefined;

  async function start(): Promise<void> {
    let failure: Error | undefined;
    const begun = spawn(program, args, { stdio: 'ignore' });
    running = begun;
    alive.add(begun);
    begun.once('exit', () => alive.delete(begun));
    begun.on('error', (error) => {
      failure = new Error(`${program} cannot be started: install it, for example "apt-get install redis-server"`, {
        cause: error,
      });
    });
    for (let round = 0; round < 200; round++) {
      if (failure !== undefined) throw failure;
      if (await ask(url, ['PING']).catch(() => undefined)) return;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error('redis-server does not answer');
  }

  async function kill(): Promise<void> {
    const ended = running;
    running = undefined;
    if (ended === undefined || ended.exitCode !== null) return;
    await new Promise<void>((done) => {
      ended.once('exit', () => done());
      ended.kill('SIGKILL');
    });
  }

  await start();
  return {
    port,
    url,
    ask: (args) => ask(url, args),
    kill,
    signal: (name) => void running?.kill(name),
    start,
    async [Symbol.asyncDispose]() {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function ask(url: string, args: readonly string[]): Promise<unknown> {
  const tls = url.startsWith('rediss:') ? ({ tls: true, rejectUnauthorized: false } as const) : {};
  const client = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: false, ...tls } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await client.sendCommand([...args]);
  } finally {
    if (client.isOpen) client.destroy();
  }
}
