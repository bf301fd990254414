import { type Clock, CommunicationError, defaultLimits, type Limits, lifetimeSeconds, problem, type Random } from '@pollux/core';
import {
  addressKey,
  type BufferWatcher,
  epochBytes,
  type MessageBuffer,
  type MessageState,
  parseMessageId,
  systemClock,
  systemRandom,
} from '@pollux/core/server';
import type { RedisClientOptions } from '@redis/client';
import { createAppender } from './appending.ts';
import { type BufferContext, callScript } from './context.ts';
import { createDisconnecting, type Disconnecting } from './disconnecting.ts';
import { encodeText } from './element.ts';
import { exchangeAll, placeArguments } from './exchanging.ts';
import { healthOf } from './health.ts';
import { createInspection } from './inspection.ts';
import { parseQueueName } from './keys.ts';
import { createLogs, type Logs } from './logs.ts';
import { createLooks } from './looks.ts';
import { readState } from './message-state.ts';
import { openStore } from './open-store.ts';
import { nameByEpoch } from './queue-names.ts';
import { createReplication } from './replicating.ts';
import { restoreArguments } from './restoring.ts';
import { createScripts } from './scripts/index.ts';
import { startSweeping } from './sweeping.ts';
import { createWakeUps } from './wake-ups.ts';

export interface RedisBufferOptions {
  /**
   * `redis://` or `rediss://` (TLS) with host, port and, where it asks for them, user and password. Of a cluster one
   * process or, so that not all depends on it, several.
   */
  readonly url: string | readonly string[];
  /** What all keys and channels begin with: buffers of one Redis are kept apart by it. No braces. @default 'pollux:' */
  readonly prefix?: string;
  /** Bounds of queues, addresses and the whole; all nodes should have the same. @default defaultLimits */
  readonly limits?: Partial<Limits>;
  /**
   * Over how many hash tags the addresses are spread, in a cluster: once and for all. More of them spread more evenly,
   * and cost a call each at every sweep. @default 256
   */
  readonly buckets?: number;
  /** Milliseconds after which an answer is late, and the connection is dropped. @default 2000 */
  readonly commandTimeoutMs?: number;
  /**
   * Replicas that must have a message before it is accepted (`WAIT`): narrows what a failover may lose, and costs each
   * publish the way to them and back. A publish that fewer have within a second or two is refused. @default 0
   */
  readonly waitReplicas?: number;
  /** More of the client's settings: certificates, for instance. @default none */
  readonly client?: RedisClientOptions;
  /** What time it is for messages. For tests: nodes agree on the time of Redis otherwise. @default the clock of Redis */
  readonly clock?: Clock;
  /** @default the system's */
  readonly random?: Random;
}

/**
 * Opens a message buffer in Redis 7.0 or later, or Valkey: grade `redis`, shared by any number of nodes. All state of a
 * queue belongs to one script for its address.
 *
 * @throws Error where the first connection fails, or this Redis may not hold messages, with how to mend it
 */
export function openRedisBuffer(options: RedisBufferOptions): Promise<MessageBuffer> {
  return openWithScripts(options, createScripts);
}

/** The same with scripts of the caller's own. For tests, which see faulty ones caught. */
export async function openWithScripts(options: RedisBufferOptions, makeScripts: typeof createScripts): Promise<MessageBuffer> {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const limits = { ...defaultLimits, ...options.limits };
  const origin = clock.now() - clock.monotonic();
  const now = (): number => Math.floor(origin + clock.monotonic());
  const scripts = makeScripts(limits);
  const watchers = new Set<BufferWatcher>();
  const node = random.token(epochBytes);
  let freesFromMs = 0;
  let logs: Logs | undefined;
  let disconnecting: Disconnecting | undefined;

  const { store, keys } = await openStore({
    urls: typeof options.url === 'string' ? [options.url] : options.url,
    client: options.client ?? {},
    prefix: checkPrefix(options.prefix ?? 'pollux:'),
    buckets: options.buckets ?? 256,
    scripts,
    commandTimeoutMs: options.commandTimeoutMs ?? 2000,
    node,
    woken(text, channel) {
      if (channel === disconnecting?.channel) return disconnecting.hear();
      for (const queue of readNames(text)) {
        logs?.changed(queue.name, queue.application);
        for (const watcher of watchers) watcher.appended?.(queue);
      }
    },
    failed(reason) {
      for (const watcher of watchers) watcher.failed?.({ stage: 'watch', reason });
    },
    connected(isOld) {
      // Sessions that were there before may not have come back yet.
      if (isOld) freesFromMs = now() + lifetimeSeconds(limits) * 1000;
      disconnecting?.hear();
    },
  });
  const context: BufferContext = {
    store,
    scripts,
    keys,
    watchers,
    node,
    newEpoch: () => random.token(epochBytes),
    scriptTime: options.clock === undefined ? () => 0 : now,
    mayFree: () => now() >= freesFromMs,
    clock,
    wakeUps: createWakeUps(store, keys, systemClock),
    replication: createReplication(store, options.waitReplicas ?? 0),
    bytes: [],
  };
  logs = createLogs(context);
  try {
    disconnecting = await createDisconnecting(context);
  } catch (error) {
    await store.close();
    throw error;
  }
  return createBuffer(context, logs, disconnecting);
}

function checkPrefix(prefix: string): string {
  if (!/[{}]/.test(prefix)) return prefix;
  throw new Error(`The prefix ${prefix} has a brace, which Redis Cluster would take for a hash tag. Leave it out`);
}

function readNames(text: string): readonly ReturnType<typeof parseQueueName>[] {
  return (JSON.parse(text) as string[]).map(parseQueueName);
}

function createBuffer(context: BufferContext, logs: Logs, disconnecting: Disconnecting): MessageBuffer {
  const { store, watchers, keys } = context;
  const inspect = createInspection(context);
  let isClosed = false;

  function usable(signal?: AbortSignal): void {
    signal?.throwIfAborted();
    if (isClosed) throw new CommunicationError(problem('buffer-unavailable', { detail: 'The message buffer is closed.' }));
  }

  const sweeper = startSweeping(context);
  const appender = createAppender(context, logs);
  const looks = createLooks(context, logs);

  /** Asks for a message by its id, and takes it out where `how` says so. */
  async function take(id: string, how: string, reason: string): Promise<MessageState | undefined> {
    const place = parseMessageId(id);
    const text = place === undefined ? undefined : await nameByEpoch(context, place.epoch);
    if (place === undefined || text === undefined) return undefined;
    const { address, application, name } = parseQueueName(text);
    const args = [name, application, place.epoch, String(place.position), how, encodeText(reason)];
    const found = (await callScript(context, 'take', keys.bucketOf(name), args)) as unknown[] | null | undefined;
    if (how !== 'find') logs.changed(name, application);
    return Array.isArray(found) ? readState(found, { address, application }, place) : undefined;
  }

  return {
    supports: { grade: 'redis', durable: true, shared: true },
    async append(entries, signal) {
      usable(signal);
      return appender.append(entries);
    },
    async exchange(request, signal) {
      usable(signal);
      return exchangeAll(context, logs, request);
    },
    async look(queues, keepMs) {
      usable();
      return looks.look(queues, keepMs);
    },
    async forget(session, queues) {
      usable();
      await Promise.all(
        queues.map(({ address, application, limit }) => {
          const name = addressKey(address);
          const args = [name, session, application, ...placeArguments(limit)];
          return callScript(context, 'forget', keys.bucketOf(name), args);
        }),
      );
    },
    async find(id) {
      usable();
      return take(id, 'find', '');
    },
    async take(id, how) {
      usable();
      const found = await take(id, how.kind, how.kind === 'park' ? how.reason : '');
      return found?.state === 'pending' || (found?.state === 'parked' && how.kind !== 'park');
    },
    async erase(address, application) {
      usable();
      const name = addressKey(address);
      const count = Number(await callScript(context, 'erase', keys.bucketOf(name), [name, application ?? '']));
      logs.changed(name, application);
      return count;
    },
    async restore(stored) {
      usable();
      // Its epoch may be known in another bucket, where the script does not see it.
      if (keys.buckets.length > 1 && (await nameByEpoch(context, stored.epoch)) !== undefined) return false;
      const name = addressKey(stored.address);
      const isDone = (await callScript(context, 'restore', keys.bucketOf(name), restoreArguments(stored))) === 1;
      logs.changed(name, stored.application);
      return isDone;
    },
    async announceDisconnect(recipient) {
      usable();
      await disconnecting.announce(recipient);
    },
    watch(watcher) {
      usable();
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    health: () => healthOf(store),
    inspect,
    async close() {
      if (isClosed) return;
      isClosed = true;
      sweeper.stop();
      disconnecting.close();
      watchers.clear();
      context.wakeUps.close();
      await store.close();
    },
  };
}
