/** Several hubs over one Redis behind a proxy that gives them requests in turns, without stickiness. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signTokens } from '@pollux/auth';
import { type RedisProcess, startRedis } from '@pollux/redis/testing';
import { findFreePorts } from '../support/free-ports.ts';
import { type Running, startProcess } from '../support/process.ts';
import { type RunningProxy, startProxy } from './proxy.ts';

/** One hub, which may be ended and begun again. */
export interface Node {
  readonly url: string;
  start(): Promise<void>;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** Ends it without a word. */
  kill(): Promise<void>;
}

export interface Nodes extends AsyncDisposable {
  readonly redis: RedisProcess;
  readonly nodes: readonly Node[];
  /** The proxy's address. */
  readonly url: string;
  /** The publisher key of `orders`. */
  readonly key: string;
  token(recipient: string): Promise<string>;
}

/** haproxy asks each hub whether it is ready, and goes to another one where a connection is refused. */
const lines = [
  'balance roundrobin',
  'option httpchk GET /pollux/health',
  'default-server check inter 100ms fall 1 rise 1',
  'option redispatch 1',
  'retries 3',
  'retry-on conn-failure',
  'http-response set-header X-Node %s',
];

export async function startNodes(count: number, limits: object = {}): Promise<Nodes> {
  const redis = await startRedis({ appendonly: 'yes' });
  const directory = mkdtempSync(join(tmpdir(), 'pollux-nodes-'));
  const names = Array.from({ length: count }, (_, index) => `hub${index}`);
  const ports = await findFreePorts(names);
  const key = randomBytes(24).toString('base64url');
  const secret = randomBytes(32).toString('base64url');
  const sign = signTokens({ secret });
  const nodes = names.map((name): Node => {
    const port = ports[name] ?? 0;
    const file = join(directory, `${name}.json`);
    const configuration = {
      listen: { host: '127.0.0.1', port },
      applications: { orders: { publisherKeys: [`sha256:${createHash('sha256').update(key).digest('hex')}`] } },
      identity: { tokens: { secret } },
      buffer: { kind: 'redis', url: redis.url },
      limits,
      shutdown: { drainSeconds: 1 },
      log: { level: 'warn' },
    };
    writeFileSync(file, JSON.stringify(configuration), { mode: 0o600 });
    let running: Running | undefined;
    return {
      url: `http://127.0.0.1:${port}/pollux`,
      async start() {
        const args = ['apps/hub/dist/cli.js', 'serve', '--config', file];
        running = await startProcess({ name, args, env: {}, health: `http://127.0.0.1:${port}/pollux/health` });
      },
      stop: async () => running?.stop(),
      kill: async () => running?.kill(),
    };
  });
  await Promise.all(nodes.map((node) => node.start()));
  const proxy: RunningProxy = await startProxy('haproxy', Object.values(ports), lines);
  return {
    redis,
    nodes,
    url: `${proxy.url}/pollux`,
    key,
    token: async (recipient) => (await sign({ recipient, groups: ['staff'], ttl: 3600 })).token,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await Promise.all(nodes.map((node) => node.kill()));
      await redis[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
