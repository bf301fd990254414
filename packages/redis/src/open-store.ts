/** Finds out whether an address belongs to one process or to a cluster, and opens the store there. */

import { systemClock } from '@pollux/core/server';
import { createClient, type RedisClientOptions } from '@redis/client';
import { openClusterStore, type Process, type SlotRange } from './cluster-store.ts';
import { reasonOf } from './errors.ts';
import type { Client } from './introduction.ts';
import { createKeys, type Keys } from './keys.ts';
import type { Scripts } from './scripts/index.ts';
import { openSingleStore } from './single-store.ts';
import type { Store, StoreEvents } from './store.ts';

export interface StoreOptions extends StoreEvents {
  /** Addresses of one process, or of some processes of a cluster. */
  readonly urls: readonly string[];
  readonly client: RedisClientOptions;
  readonly prefix: string;
  readonly buckets: number;
  readonly scripts: Scripts;
  readonly commandTimeoutMs: number;
  /** The node's name. */
  readonly node: string;
}

/** @throws Error where nothing answers, or what answers may not hold messages */
export async function openStore(options: StoreOptions): Promise<{ readonly store: Store; readonly keys: Keys }> {
  const { prefix, node } = options;
  const seeds = options.urls.map((url) => readUrl(url, options.client));
  const first = await firstAnswer(seeds, options, async (client, seed) => ({ seed, isCluster: await asksForCluster(client) }));
  // Answers are late by real time, whatever time it is for messages.
  const common = { ...options, createClient, clock: systemClock };
  const keys = createKeys(prefix, first.isCluster ? options.buckets : 1);
  const store = first.isCluster
    ? await openClusterStore(
        {
          ...common,
          readSlots: (known) =>
            firstAnswer([...known.map((process) => at(first.seed, process)), ...seeds], options, async (client) =>
              readSlots(client),
            ),
          at: (process) => at(first.seed, process),
        },
        keys,
        node,
      )
    : await openSingleStore({ ...common, client: first.seed }, keys, node);
  try {
    await checkBuckets(store, keys);
  } catch (error) {
    await store.close();
    throw error;
  }
  return { store, keys };
}

function readUrl(url: string, more: RedisClientOptions): RedisClientOptions {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const tls = protocol === 'rediss:' ? { tls: true } : {};
  return {
    ...more,
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(pathname.length > 1 ? { database: Number(pathname.slice(1)) } : {}),
    socket: { ...more.socket, ...tls, host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 6379 : Number(port) },
  } as RedisClientOptions;
}

/** The settings of one process for another. */
function at(settings: RedisClientOptions, { host, port }: Process): RedisClientOptions {
  return { ...settings, socket: { ...settings.socket, host, port } } as RedisClientOptions;
}

/** The answer of the first process that gives one. */
async function firstAnswer<T>(
  all: readonly RedisClientOptions[],
  { commandTimeoutMs }: StoreOptions,
  ask: (client: Client, settings: RedisClientOptions) => Promise<T>,
): Promise<T> {
  let last: unknown;
  for (const settings of all) {
    const client = createClient({
      ...settings,
      disableOfflineQueue: true,
      disableClientInfo: true,
      socket: { ...settings.socket, reconnectStrategy: false, connectTimeout: commandTimeoutMs },
    } as RedisClientOptions) as Client;
    client.on('error', (error: unknown) => {
      last = error;
    });
    const late = systemClock.setTimeout(() => client.destroy(), commandTimeoutMs * 2);
    try {
      await client.connect();
      return await ask(client, settings);
    } catch (error) {
      last = error;
    } finally {
      late.clear();
      if (client.isOpen) client.destroy();
    }
  }
  throw new Error(reasonOf(last), { cause: last });
}

async function asksForCluster(client: Client): Promise<boolean> {
  return /cluster_enabled:1/.test(String(await client.sendCommand(['INFO', 'cluster'])));
}

/** The map of slots, from a process that is part of a whole cluster. */
async function readSlots(client: Client): Promise<readonly SlotRange[]> {
  const info = String(await client.sendCommand(['CLUSTER', 'INFO']));
  if (!info.includes('cluster_state:ok')) throw new Error('The cluster is not whole: its state is not "ok".');
  const host = client.options.socket as { readonly host?: string } | undefined;
  const ranges = (await client.sendCommand(['CLUSTER', 'SLOTS'])) as unknown as [number, number, [string | null, number]][];
  return ranges.map(([from, to, [name, port]]) => ({
    from,
    to,
    // A process that does not know its own name is the one that was asked.
    host: name === null || name === '' ? (host?.host ?? '127.0.0.1') : name,
    port,
  }));
}

/** Addresses are spread over a number of buckets once and for all. */
async function checkBuckets(store: Store, keys: Keys): Promise<void> {
  const [first] = keys.buckets;
  if (first === undefined) throw new Error('There must be one bucket at least.');
  const count = String(keys.buckets.length);
  const ask = (): Promise<unknown> => store.send(first, ['HGET', first.totals, 'buckets']);
  if ((await ask()) === null) await store.send(first, ['HSETNX', first.totals, 'buckets', count]);
  const known = String(await ask());
  if (known === count) return;
  throw new Error(
    `What stands under this prefix is spread over ${known} buckets, not ${count}. Set buckets to ${known}, or name another prefix`,
  );
}
