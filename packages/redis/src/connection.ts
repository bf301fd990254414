/**
 * One connection that is kept: each script call echoes what it was asked with, and a connection on which an answer is
 * late or answers something else is dropped, with everything that waits on it. Nothing is queued while there is none.
 *
 *   connecting -> ready -> lost -> connecting ...    until closed
 */
import { type Clock, CommunicationError, problem } from '@pollux/core';
import type { createClient as createRedisClient, RedisClientOptions } from '@redis/client';
import type { Script, Scripts } from './scripts/index.ts';
import { readFacts, type ServerFacts, unfitness } from './server-facts.ts';

type Client = ReturnType<typeof createRedisClient>;

export interface ConnectionOptions {
  readonly client: RedisClientOptions;
  readonly createClient: typeof createRedisClient;
  readonly scripts: Scripts;
  /** The key that the scripts make all others from. */
  readonly totals: string;
  /** Milliseconds after which an answer is late. */
  readonly commandTimeoutMs: number;
  readonly clock: Clock;
  /** The channel on which this node is woken, and what to do then. */
  readonly channel: string;
  woken(text: string): void;
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
  /** Calls a script; its arguments follow those that all have. Gives its answer without the echo. */
  call(script: Script, args: readonly string[]): Promise<readonly unknown[]>;
  /** Sends another command. */
  send(args: readonly string[]): Promise<unknown>;
  close(): Promise<void>;
}

/** Milliseconds between two attempts, at first and at most. */
const firstPauseMs = 50;
const longestPauseMs = 1000;

/** Opens a connection; rejects where the first attempt fails, with a sentence that says why. */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const { clock } = options;
  let client: Client | undefined;
  let facts: ServerFacts | undefined;
  let failure: string | undefined;
  let isClosed = false;
  let pauseMs = firstPauseMs;
  let calls = 0;
  const waiting = new Map<string, number>();
  let reconnecting: { clear(): void } | undefined;
  let watching: { clear(): void } | undefined;

  function unavailable(why: string, cause?: unknown): CommunicationError {
    return new CommunicationError(problem('buffer-unavailable', { detail: why, retryAfter: 1 }), { cause });
  }

  /** Drops the connection with everything that waits on it, and begins another. */
  function drop(lost: Client, reason: string): void {
    if (client !== lost) return;
    client = undefined;
    facts = undefined;
    failure = reason;
    waiting.clear();
    watching?.clear();
    watching = undefined;
    lost.destroy();
    if (isClosed) return;
    options.failed(reason);
    again();
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

  async function connect(): Promise<void> {
    const next = options.createClient({
      ...options.client,
      disableOfflineQueue: true,
      socket: { ...options.client.socket, reconnectStrategy: false },
    } as RedisClientOptions) as Client;
    let lastError: unknown;
    next.on('error', (error: unknown) => {
      lastError = error;
      drop(next, `The connection to Redis was lost: ${reasonOf(error)}`);
    });
    next.on('end', () => drop(next, 'The connection to Redis has ended.'));
    const late = clock.setTimeout(() => next.destroy(), options.commandTimeoutMs * 2);
    try {
      await next.connect();
      const found = await introduce(next, options);
      await next.sSubscribe(options.channel, (text) => options.woken(text));
      if (isClosed) throw new Error('closed');
      client = next;
      facts = found.facts;
      failure = undefined;
      pauseMs = firstPauseMs;
      options.connected(found.isOld);
    } catch (error) {
      if (next.isOpen) next.destroy();
      throw lastError ?? error;
    } finally {
      late.clear();
    }
  }

  function usable(): Client {
    if (isClosed) throw unavailable('The message buffer is closed.');
    if (client === undefined) throw unavailable(`Redis cannot be reached: ${failure}`);
    return client;
  }

  async function evaluate(current: Client, script: Script, args: readonly string[], echo: string): Promise<unknown> {
    const all = ['1', options.totals, echo, ...args];
    try {
      return await current.sendCommand(['EVALSHA', script.sha, ...all]);
    } catch (error) {
      if (!reasonOf(error).startsWith('NOSCRIPT')) throw error;
      // Somebody emptied its cache; had it been another process, the connection would be another one, too.
      await introduce(current, options);
      return await current.sendCommand(['EVALSHA', script.sha, ...all]);
    }
  }

  /** What a failed command means: some answers end the connection, since this process cannot go on with it. */
  function failed(current: Client, error: unknown): CommunicationError {
    const reason = reasonOf(error);
    if (reason.startsWith('OOM'))
      return new CommunicationError(problem('buffer-full', { detail: 'Redis has no memory left.', retryAfter: 1 }), {
        cause: error,
      });
    if (isOver(reason)) drop(current, `Redis answers: ${reason}`);
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
    async call(script, args) {
      const current = usable();
      const echo = (++calls).toString(36);
      waiting.set(echo, clock.monotonic());
      watch(current);
      let reply: unknown;
      try {
        reply = await evaluate(current, script, args, echo);
      } catch (error) {
        throw failed(current, error);
      } finally {
        waiting.delete(echo);
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
    async close() {
      if (isClosed) return;
      isClosed = true;
      reconnecting?.clear();
      watching?.clear();
      const last = client;
      client = undefined;
      if (last?.isOpen) await last.close().catch(() => last.destroy());
    },
  };
}

/** Asks the process who it is, tells the store, and gives it the scripts: in this order. */
async function introduce(
  client: Client,
  { scripts, totals }: ConnectionOptions,
): Promise<{ readonly facts: ServerFacts; readonly isOld: boolean }> {
  const info = String(await client.sendCommand(['INFO']));
  const syncs = await client.sendCommand(['CONFIG', 'GET', 'appendfsync']).catch(() => undefined);
  const facts = readFacts(info, syncsOf(syncs));
  const unfit = unfitness(facts);
  if (unfit !== undefined) throw new Error(`This Redis cannot hold messages: ${unfit}.`);
  const isOld = Number(await client.sendCommand(['EVAL', scripts.begin.text, '1', totals, facts.runId])) === 1;
  await Promise.all(Object.values(scripts).map(({ text }) => client.sendCommand(['SCRIPT', 'LOAD', text])));
  return { facts, isOld };
}

/** The value in an answer to `CONFIG GET`, which is a list in one protocol and a map in the other. */
function syncsOf(answer: unknown): string | undefined {
  if (Array.isArray(answer)) return answer[1] === undefined ? undefined : String(answer[1]);
  if (typeof answer !== 'object' || answer === null) return undefined;
  const value = (answer as Record<string, unknown>)['appendfsync'];
  return value === undefined ? undefined : String(value);
}

/** Whether an error says that this process will not do, whatever it is asked. */
function isOver(reason: string): boolean {
  return /^(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|MISCONF|NOAUTH|NOREPLICAS)\b/.test(reason);
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
