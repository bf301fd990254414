/**
 * One connection that is kept: each script call echoes what it was asked with, and a connection on which an answer is
 * late or answers something else is dropped, with everything that waits on it. Nothing is queued while there is none.
 *
 *   connecting -> ready -> lost -> connecting ...    until closed
 */
import type { Clock } from '@pollux/core';
import type { createClient as createRedisClient, RedisClientOptions } from '@redis/client';
import { full, isMoved, isOver, MovedError, reasonOf, unavailable } from './errors.ts';
import { begin, type Client, introduce, keepAsking, unfitSentence } from './introduction.ts';
import type { Script, Scripts } from './scripts/index.ts';
import type { ServerFacts } from './server-facts.ts';

export interface ConnectionOptions {
  readonly client: RedisClientOptions;
  readonly createClient: typeof createRedisClient;
  readonly scripts: Scripts;
  /** Milliseconds after which an answer is late. */
  readonly commandTimeoutMs: number;
  readonly clock: Clock;
  /** The sums of all that stands at this process, which are told who it is. */
  totals(): readonly string[];
  /** Something came by a channel that is listened to. */
  woken(text: string, channel: string): void;
  /** Told of each loss, and of what keeps a new connection from coming about. */
  failed(reason: string): void;
  /** A connection stands; `isOld` where something was there before. */
  connected(isOld: boolean): void;
}

export interface Connection {
  /** What the process says of itself, while there is a connection. */
  readonly facts: ServerFacts | undefined;
  /** Why there is none. */
  readonly failure: string | undefined;
  /**
   * Calls a script for the sums of this key; `args` follow the echo. Gives its answer without the echo.
   * @throws MovedError where the key is not here: nothing was done
   */
  call(script: Script, totals: string, args: readonly string[]): Promise<readonly unknown[]>;
  /** Sends another command. @throws MovedError where its key is not here */
  send(args: readonly string[]): Promise<unknown>;
  /** Listens to these channels from now on, on this connection and those that follow it. */
  listen(channels: readonly string[]): void;
  close(): Promise<void>;
}

/** Milliseconds between two attempts, at first and at most. */
const firstPauseMs = 50;
const longestPauseMs = 1000;

/** Opens a connection; rejects where the first attempt fails, with a sentence that says why. */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const { clock, scripts } = options;
  let client: Client | undefined;
  let facts: ServerFacts | undefined;
  let away: Set<string> = new Set();
  let failure: string | undefined;
  let channels: readonly string[] = [];
  let isClosed = false;
  let pauseMs = firstPauseMs;
  let calls = 0;
  const waiting = new Map<string, number>();
  let reconnecting: { clear(): void } | undefined;
  let watching: { clear(): void } | undefined;
  let asking: { stop(): void } | undefined;

  /** Drops the connection with everything that waits on it, and begins another. */
  function drop(lost: Client, reason: string): void {
    if (client !== lost) return;
    client = undefined;
    facts = undefined;
    failure = reason;
    waiting.clear();
    unwatch();
    asking?.stop();
    lost.destroy();
    if (isClosed) return;
    again();
    options.failed(reason);
  }

  function again(): void {
    reconnecting = clock.setTimeout(() => {
      void connect().catch((error: unknown) => {
        failure = reasonOf(error);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
        if (!isClosed) again();
      });
    }, pauseMs);
  }

  /** Looks whether the oldest call is late, for as long as there are any. */
  function watch(current: Client): void {
    watching ??= clock.setTimeout(() => {
      watching = undefined;
      const [oldest] = waiting.values();
      if (oldest === undefined || client !== current) return;
      if (clock.monotonic() - oldest > options.commandTimeoutMs)
        drop(current, `Redis did not answer within ${options.commandTimeoutMs} ms.`);
      else watch(current);
    }, options.commandTimeoutMs / 4);
  }

  /** Not only to save it: in workerd a timer ends with the request that began it, and would keep the next from beginning one. */
  function unwatch(): void {
    watching?.clear();
    watching = undefined;
  }

  async function connect(): Promise<void> {
    const next = options.createClient({
      ...options.client,
      disableOfflineQueue: true,
      disableClientInfo: true,
      socket: { ...options.client.socket, reconnectStrategy: false },
    } as RedisClientOptions) as Client;
    let lastError: unknown;
    next.on('error', (error: unknown) => {
      lastError = error;
      drop(next, `The connection to Redis was lost: ${reasonOf(error)}`);
    });
    next.on('end', () => drop(next, 'The connection to Redis has ended.'));
    const late = clock.setTimeout(() => {
      lastError = new Error(`Redis did not answer within ${options.commandTimeoutMs * 2} ms`);
      next.destroy();
    }, options.commandTimeoutMs * 2);
    try {
      await next.connect();
      const found = await introduce(next, scripts, options.totals());
      if (isClosed) throw new Error('closed');
      client = next;
      ({ facts, away } = found);
      failure = undefined;
      pauseMs = firstPauseMs;
      for (const channel of channels) subscribe(next, channel);
      asking = keepAsking(next, clock, (now, unfit) => {
        facts = now;
        if (unfit !== undefined) drop(next, unfitSentence(unfit));
      });
      options.connected(found.isOld);
    } catch (error) {
      if (next.isOpen) next.destroy();
      throw lastError ?? error;
    } finally {
      late.clear();
    }
  }

  /** Without it this node is not woken by others, and looks again by itself: nothing waits for it, and it is tried again. */
  function subscribe(current: Client, channel: string): void {
    if (client !== current || !channels.includes(channel)) return;
    current
      .sSubscribe(channel, (text) => options.woken(text, channel))
      .catch(() => clock.setTimeout(() => subscribe(current, channel), longestPauseMs));
  }

  function usable(): Client {
    if (isClosed) throw unavailable('The message buffer is closed.');
    if (client === undefined) throw unavailable(`Redis cannot be reached: ${failure}`);
    return client;
  }

  async function evaluate(current: Client, script: Script, totals: string, args: readonly string[]): Promise<unknown> {
    if (facts !== undefined && away.has(totals)) {
      await begin(current, scripts, totals, facts);
      away.delete(totals);
    }
    try {
      return await current.sendCommand(['EVALSHA', script.sha, '1', totals, ...args]);
    } catch (error) {
      if (!reasonOf(error).startsWith('NOSCRIPT')) throw error;
      // Somebody emptied its cache; had it been another process, the connection would be another one, too.
      ({ away } = await introduce(current, scripts, options.totals()));
      return await current.sendCommand(['EVALSHA', script.sha, '1', totals, ...args]);
    }
  }

  /** What a failed command means: some answers end the connection, since this process cannot go on with it. */
  function failed(current: Client, error: unknown): Error {
    const reason = reasonOf(error);
    if (isMoved(reason)) return new MovedError(reason, { cause: error });
    if (reason.startsWith('OOM')) return full(error);
    if (isOver(reason)) drop(current, `Redis answers: ${reason}`);
    else if (client === current) options.failed(`Redis refuses: ${reason}`);
    return unavailable(`Redis did not do it: ${client === current ? reason : failure}`, error);
  }

  await connect();
  return {
    get facts() {
      return facts;
    },
    get failure() {
      return failure;
    },
    async call(script, totals, args) {
      const current = usable();
      const echo = (++calls).toString(36);
      waiting.set(echo, clock.monotonic());
      watch(current);
      let reply: unknown;
      try {
        reply = await evaluate(current, script, totals, [echo, ...args]);
      } catch (error) {
        throw failed(current, error);
      } finally {
        waiting.delete(echo);
        if (waiting.size === 0) unwatch();
      }
      if (!Array.isArray(reply) || reply[0] !== echo) {
        drop(current, 'Redis answered one call with the answer of another.');
        throw unavailable('Redis answered one call with the answer of another.');
      }
      return reply.slice(1);
    },
    async send(args) {
      const current = usable();
      try {
        return await current.sendCommand([...args]);
      } catch (error) {
        throw failed(current, error);
      }
    },
    listen(next) {
      const before = channels;
      channels = next;
      for (const channel of before) if (!next.includes(channel)) void client?.sUnsubscribe(channel).catch(() => undefined);
      for (const channel of next) if (client !== undefined && !before.includes(channel)) subscribe(client, channel);
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      reconnecting?.clear();
      watching?.clear();
      asking?.stop();
      const last = client;
      client = undefined;
      failure = 'The message buffer is closed.';
      if (!last?.isOpen) return;
      // What is under way may still be answered, for as long as any answer is waited for.
      const late = clock.setTimeout(() => last.destroy(), options.commandTimeoutMs);
      await last.close().catch(() => last.destroy());
      late.clear();
    },
  };
}
