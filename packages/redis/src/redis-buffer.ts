import { type Clock, CommunicationError, defaultLimits, type Limits, problem, type Random } from '@pollux/core';
import {
  addressKey,
  type BufferWatcher,
  epochBytes,
  type MessageBuffer,
  type MessageState,
  parseMessageId,
  type QueueName,
  systemClock,
  systemRandom,
} from '@pollux/core/server';
import { createClient, type RedisClientOptions } from '@redis/client';
import { appendAll } from './appending.ts';
import { openConnection } from './connection.ts';
import { type BufferContext, callScript } from './context.ts';
import { parseElement } from './element.ts';
import { exchangeAll, placeArguments } from './exchanging.ts';
import { healthOf } from './health.ts';
import { createInspection } from './inspection.ts';
import { createKeys, parseQueueName } from './keys.ts';
import { endingOf, restoreArguments } from './restoring.ts';
import { createScripts } from './scripts/index.ts';
import { sweepBatch } from './scripts/taking.ts';
import { createWakeUps } from './wake-ups.ts';

export interface RedisBufferOptions {
  /** `redis://` or `rediss://` (TLS) with host, port and, where it asks for them, user and password. */
  readonly url: string;
  /** What all keys and channels begin with: buffers of one Redis are kept apart by it. No braces. @default 'pollux:' */
  readonly prefix?: string;
  /** Bounds of queues, addresses and the whole; all nodes should have the same. @default defaultLimits */
  readonly limits?: Partial<Limits>;
  /** Milliseconds after which an answer is late, and the connection is dropped. @default 2000 */
  readonly commandTimeoutMs?: number;
  /** More of the client's settings: certificates, for instance. @default none */
  readonly client?: RedisClientOptions;
  /** What time it is for messages. For tests: nodes agree on the time of Redis otherwise. @default the clock of Redis */
  readonly clock?: Clock;
  /** @default the system's */
  readonly random?: Random;
}

/** Milliseconds between two looks at what is due. */
const sweepMs = 1000;

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
  const keys = createKeys(checkPrefix(options.prefix ?? 'pollux:'));
  const scripts = makeScripts(limits);
  const watchers = new Set<BufferWatcher>();
  const node = random.token(epochBytes);
  let freesFromMs = 0;

  const connection = await openConnection({
    client: { ...options.client, url: options.url },
    createClient,
    scripts,
    totals: keys.totals,
    commandTimeoutMs: options.commandTimeoutMs ?? 2000,
    // Answers are late by real time, whatever time it is for messages.
    clock: systemClock,
    channel: keys.channel(node),
    woken(text) {
      for (const name of readNames(text)) for (const watcher of watchers) watcher.appended?.(name);
    },
    failed(reason) {
      for (const watcher of watchers) watcher.failed?.({ stage: 'watch', reason });
    },
    connected(isOld) {
      // Sessions that were there before may not have come back yet.
      freesFromMs = isOld ? now() + limits.sessionSeconds * 1000 : 0;
    },
  });
  return createBuffer({
    connection,
    scripts,
    keys,
    watchers,
    node,
    newEpoch: () => random.token(epochBytes),
    scriptTime: options.clock === undefined ? () => 0 : now,
    now,
    mayFree: () => now() >= freesFromMs,
    clock,
    wakeUps: createWakeUps(connection, keys, systemClock),
  });
}

function checkPrefix(prefix: string): string {
  if (!/[{}]/.test(prefix)) return prefix;
  throw new Error(`The prefix ${prefix} has a brace, which Redis Cluster would take for a hash tag. Leave it out`);
}

function readNames(text: string): readonly QueueName[] {
  return (JSON.parse(text) as string[]).map(parseQueueName);
}

function createBuffer(context: BufferContext): MessageBuffer {
  const { connection, watchers, clock, keys, scripts, now } = context;
  const inspect = createInspection({ connection, scripts, keys, now });
  let isClosed = false;

  function usable(signal?: AbortSignal): void {
    signal?.throwIfAborted();
    if (isClosed) throw new CommunicationError(problem('buffer-unavailable', { detail: 'The message buffer is closed.' }));
  }

  async function sweep(): Promise<void> {
    for (let looked = sweepBatch; looked === sweepBatch && !isClosed; ) looked = Number(await callScript(context, 'sweep', []));
  }
  const keepSweeping = (): void => {
    timer = clock.setTimeout(() => {
      // While there is no connection nothing is due: what has expired is taken out when it is touched.
      void sweep().catch(() => undefined);
      if (!isClosed) keepSweeping();
    }, sweepMs);
  };
  let timer = { clear: (): void => undefined };
  keepSweeping();

  /** Asks for a message by its id, and takes it out where `how` says so. */
  async function take(id: string, how: string, reason: string): Promise<MessageState | undefined> {
    const place = parseMessageId(id);
    const text = place === undefined ? null : await connection.send(['HGET', keys.epochs, place.epoch]);
    if (place === undefined || typeof text !== 'string') return undefined;
    const { address, application, name } = parseQueueName(text);
    const queue = { address, application };
    const args = [name, application, place.epoch, String(place.position), how, encodeURIComponent(reason)];
    const found = (await callScript(context, 'take', args)) as unknown[] | null | undefined;
    if (!Array.isArray(found)) return undefined;
    const [state, second, third, fourth] = found;
    switch (state) {
      case 'pending':
        return { state, queue, place, message: parseElement(String(second)), sent: third === 1 };
      case 'parked':
        return { state, queue, message: parseElement(String(second)), reason: decodeURIComponent(String(third)) };
      default:
        return { state: 'gone', queue, reason: endingOf(place.position, Number(second), String(third), String(fourth)) };
    }
  }

  return {
    supports: { grade: 'redis', durable: true, shared: true },
    async append(entries, signal) {
      usable(signal);
      return appendAll(context, entries);
    },
    async exchange(request, signal) {
      usable(signal);
      return exchangeAll(context, request);
    },
    async forget(session, queues) {
      usable();
      await Promise.all(
        queues.map(({ address, application, limit }) =>
          callScript(context, 'forget', [addressKey(address), session, application, ...placeArguments(limit)]),
        ),
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
      return Number(await callScript(context, 'erase', [addressKey(address), application ?? '']));
    },
    async restore(stored) {
      usable();
      return (await callScript(context, 'restore', restoreArguments(stored))) === 1;
    },
    watch(watcher) {
      usable();
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    health: () => healthOf(connection),
    inspect,
    async close() {
      if (isClosed) return;
      isClosed = true;
      timer.clear();
      watchers.clear();
      context.wakeUps.close();
      await connection.close();
    },
  };
}
