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
  /** Ends the process at once, as a crash does. */
  kill(): Promise<void>;
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

/** Starts a Redis; `settings` are lines of its configuration, by name. */
export async function startRedis(settings: Readonly<Record<string, string>> = {}): Promise<RedisProcess> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'pollux-redis-'));
  const url = `redis://127.0.0.1:${port}`;
  const all = { port: String(port), bind: '127.0.0.1', dir: directory, save: '', ...settings };
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
  let running: ChildProcess | undefined;

  async function start(): Promise<void> {
    let failure: Error | undefined;
    const begun = spawn('redis-server', args, { stdio: 'ignore' });
    running = begun;
    alive.add(begun);
    begun.once('exit', () => alive.delete(begun));
    begun.on('error', (error) => {
      failure = new Error('redis-server cannot be started: install it, for example "apt-get install redis-server"', {
        cause: error,
      });
    });
    for (let round = 0; round < 200; round++) {
      if (failure !== undefined) throw failure;
      if (await answers(url)) return;
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
    kill,
    start,
    async [Symbol.asyncDispose]() {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: false } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
    return true;
  } catch {
    return false;
  } finally {
    if (client.isOpen) client.destroy();
  }
}
