import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePorts } from './free-ports.ts';
import {
  type ApplicationName,
  applications,
  makeHubConfiguration,
  makePublisherKeys,
  type PublisherKeys,
} from './hub-configuration.ts';
import { type Launch, type Running, startProcess } from './process.ts';

/** Hub, three application servers and portal: real processes on free ports. */
export interface Demonstration extends AsyncDisposable {
  readonly at: Addresses;
  readonly keys: PublisherKeys;
  /** Publishes as an application server does; resolves with the hub's answer. */
  publish(application: string, notification: unknown, options?: { readonly key?: string }): Promise<Response>;
  /** Has an application server let something happen, as the buttons of the page do. */
  trigger(application: ApplicationName, what: string, body?: object): Promise<Record<string, unknown>>;
  /** Ends a process, in order or without a word. */
  end(name: ProcessName, how?: 'stop' | 'kill'): Promise<void>;
  /** Starts a process again, on the same port. */
  start(name: ProcessName): Promise<void>;
}

export type ProcessName = ApplicationName | 'hub' | 'portal';

export interface Addresses {
  readonly pollux: string;
  readonly console: string;
  readonly portal: string;
  readonly calls: string;
  readonly orders: string;
  readonly news: string;
}

export interface DemonstrationOptions {
  /** Whether the application servers let things happen by themselves. @default false */
  readonly lively?: boolean;
  /** Seed of what happens then. @default 1 */
  readonly seed?: number;
}

/** Starts the demonstration; nothing happens in it by itself unless it is `lively`, so that counts are exact. */
export async function startDemonstration(options: DemonstrationOptions = {}): Promise<Demonstration> {
  const ports = await findFreePorts(['hub', 'admin', 'portal', ...applications]);
  const keys = makePublisherKeys();
  const at = addressesOf(ports);
  const folder = await mkdtemp(join(tmpdir(), 'pollux-e2e-'));
  const file = join(folder, 'hub.json');
  await writeFile(file, JSON.stringify(await makeHubConfiguration(ports, keys)), { mode: 0o600 });
  const launches: Readonly<Record<ProcessName, Launch>> = {
    hub: { name: 'hub', args: ['apps/hub/dist/cli.js', 'serve', '--config', file], env: {}, health: `${at.pollux}/health` },
    calls: application('calls', ports.calls, at, keys, options),
    orders: application('orders', ports.orders, at, keys, options),
    news: application('news', ports.news, at, keys, options),
    portal: portal(ports.portal, at),
  };
  const running = new Map<ProcessName, Running>();
  const start = async (name: ProcessName): Promise<void> => void running.set(name, await startProcess(launches[name]));

  async function end(): Promise<void> {
    const results = await Promise.allSettled([...running.values()].map((one) => one.stop()));
    await rm(folder, { recursive: true, force: true });
    throwFailures(results);
  }

  try {
    await start('hub');
    // All are awaited even where one fails: a process that is still starting could not be ended.
    const started = await Promise.allSettled([...applications, 'portal' as const].map(start));
    throwFailures(started);
  } catch (error) {
    await end().catch(() => undefined);
    throw error;
  }
  return {
    at,
    keys,
    publish: (name, notification, { key = keys[name as ApplicationName] } = {}) =>
      fetch(`${at.pollux}/applications/${name}/notifications`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: typeof notification === 'string' ? notification : JSON.stringify(notification),
      }),
    async trigger(name, what, body) {
      const init = { method: 'POST', ...(body && { body: JSON.stringify(body) }) };
      const response = await fetch(`${at[name]}/demo/${what}`, init);
      if (!response.ok) throw new Error(`${name} refused ${what}: ${await response.text()}`);
      return (await response.json()) as Record<string, unknown>;
    },
    async end(name, how = 'stop') {
      await running.get(name)?.[how]();
    },
    start: (name) => start(name),
    [Symbol.asyncDispose]: end,
  };
}

function throwFailures(results: readonly PromiseSettledResult<void>[]): void {
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (reasons.length > 0) throw new AggregateError(reasons, reasons.map(String).join('\n'));
}

function addressesOf(ports: Readonly<Record<ApplicationName | 'hub' | 'admin' | 'portal', number>>): Addresses {
  const at = (port: number): string => `http://127.0.0.1:${port}`;
  return {
    pollux: `${at(ports.hub)}/pollux`,
    console: at(ports.admin),
    portal: at(ports.portal),
    calls: at(ports.calls),
    orders: at(ports.orders),
    news: at(ports.news),
  };
}

function application(
  name: ApplicationName,
  port: number,
  at: Addresses,
  keys: PublisherKeys,
  options: DemonstrationOptions,
): Launch {
  return {
    name,
    args: [`apps/portal/dist/applications/${name}.js`],
    env: {
      PORT: String(port),
      POLLUX_URL: at.pollux,
      POLLUX_KEY: keys[name],
      PORTAL_ORIGIN: at.portal,
      TRAFFIC_SEED: String(options.seed ?? 1),
      ...(options.lively ? {} : { TRAFFIC: '0' }),
    },
    health: `${at[name]}/health`,
  };
}

function portal(port: number, at: Addresses): Launch {
  return {
    name: 'portal',
    args: ['apps/portal/dist/server.js'],
    env: { PORT: String(port), POLLUX_URL: at.pollux, CALLS_URL: at.calls, ORDERS_URL: at.orders, NEWS_URL: at.news },
    health: `${at.portal}/health`,
  };
}
