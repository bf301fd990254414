/** The owner's side: one process has the message buffer, and others of the same machine work with it over a socket. */
import { chmodSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { CommunicationError } from '@pollux/core';
import type { AppendEntry, AppendOutcome, BufferFailure, MessageBuffer, QueueName, Removal } from '@pollux/core/server';
import { type Lines, speakInLines } from './lines.ts';
import { type Failure, formatVersion, type Operations, type Told } from './operations.ts';
import { createOperations } from './perform.ts';
import { createRecent } from './recent.ts';

export interface ShareBufferOptions {
  /**
   * The socket, at most 100 bytes long. Whoever may write to it may do everything with the buffer: it is made for this
   * user alone; put it in a folder of that user.
   */
  readonly path: string;
  /** Milliseconds in which a joined process has to take what waits for it, where that is much, or is cut off. @default 10000 */
  readonly takeMs?: number;
}

/** A message buffer that other processes may join. */
export interface SharedBuffer {
  /** Processes that are joined. */
  readonly joined: number;
  /** Cuts off who is joined; the buffer stays open. Idempotent. */
  close(): Promise<void>;
}

/** Milliseconds between two looks at how the buffer is. */
const healthMs = 1000;

/** What is known of a joined process. */
interface Joined {
  readonly lines: Lines;
  readonly socket: Socket;
  wanted: readonly Removal['reason'][];
}

/**
 * Shares a message buffer with other processes of this machine, which `joinBuffer` it. The buffer is opened and closed by
 * whoever shares it; a process that shares it and has a communication server of its own joins it as the others do.
 *
 * @throws Error where the socket cannot be had, with how to mend it
 */
export async function shareBuffer(buffer: MessageBuffer, { path, takeMs = 10_000 }: ShareBufferOptions): Promise<SharedBuffer> {
  checkPath(path);
  const joined = new Set<Joined>();
  const failures: BufferFailure[] = [];
  const disconnects = createRecent();
  let health = '';
  /** Whose operation is performed now: what leaves by it is told to that process. */
  let current: Joined | undefined;

  function say<Kind extends keyof Told>(to: Joined, kind: Kind, value: Told[Kind]): void {
    to.lines.say(JSON.stringify([0, kind, value]));
  }

  /** Who is told of a removal: who caused it; for what expires, one of all, so that it counts once. */
  function listener(reason: Removal['reason']): Joined | undefined {
    if (current !== undefined) return current.wanted.includes(reason) ? current : undefined;
    for (const each of joined) if (each.wanted.includes(reason)) return each;
    return undefined;
  }

  const stopWatching = buffer.watch({
    wants: (reason) => listener(reason) !== undefined,
    removed(removal) {
      const to = listener(removal.reason);
      if (to !== undefined) say(to, 'removed', removal);
    },
    appended(queue) {
      for (const each of joined) say(each, 'appended', [queue]);
    },
    disconnected: (recipient) => disconnected(recipient, undefined),
    failed(failure) {
      if (failure.stage === 'open') failures.push(failure);
      for (const each of joined) say(each, 'failed', failure);
    },
  });

  /** Tells the others whom one disconnects, and those that are cut off now once they are back. */
  function disconnected(recipient: string, by: Joined | undefined): void {
    disconnects.add(recipient);
    for (const each of joined) if (each !== by) say(each, 'disconnected', recipient);
  }

  /** Wakes the others, whose clients may wait for it. */
  function wakeOthers(from: Joined, entries: readonly AppendEntry[], outcomes: readonly AppendOutcome[]): void {
    // Who asked may have gone since.
    if (joined.size === (joined.has(from) ? 1 : 0)) return;
    const stored: QueueName[] = [];
    for (const [index, { address, application }] of entries.entries())
      if (outcomes[index]?.kind === 'stored') stored.push({ address, application });
    if (stored.length === 0) return;
    const text = JSON.stringify([0, 'appended', stored]);
    for (const each of joined) if (each !== from) each.lines.say(text);
  }

  function answer(to: Joined, number: number, value: unknown): void {
    to.lines.say(JSON.stringify(value === undefined ? [number] : [number, value]));
  }

  function refuse(to: Joined, number: number, error: unknown): void {
    const failure: Failure = {
      message: error instanceof Error ? error.message : String(error),
      ...(error instanceof CommunicationError && { problem: error.problem }),
    };
    to.lines.say(JSON.stringify([number, null, failure]));
  }

  function perform(from: Joined, operations: Operations, line: string): void {
    const asked = parse(line);
    if (asked === undefined) {
      from.socket.destroy();
      return;
    }
    const [number, name, ...given] = asked;
    function done(value: unknown): void {
      // Before the answer: whoever is told that it is stored may take for granted that all were woken.
      if (name === 'append') wakeOthers(from, given[0] as AppendEntry[], value as AppendOutcome[]);
      if (name === 'announceDisconnect') disconnected(String(given[0]), from);
      answer(from, number, value);
    }
    current = from;
    try {
      if (!Object.hasOwn(operations, name)) throw new Error(`There is no operation ${String(name)}.`);
      const value = (operations[name] as (...args: unknown[]) => unknown)(...given);
      if (isPromise(value)) value.then(done, (error: unknown) => refuse(from, number, error));
      else done(value);
    } catch (error) {
      refuse(from, number, error);
    } finally {
      current = undefined;
    }
  }

  function tellHealth(to: Iterable<Joined>): void {
    const now = buffer.health?.();
    if (now !== undefined) for (const each of to) say(each, 'health', now);
  }

  const server = createServer((socket) => {
    const { operations, release } = createOperations(buffer, (reasons) => {
      self.wanted = reasons;
    });
    const lines = speakInLines(socket, (line) => perform(self, operations, line), { takeMs, holdsBack: true });
    const self: Joined = { socket, lines, wanted: [] };
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      joined.delete(self);
      release();
    });
    say(self, 'hello', { version: formatVersion, supports: buffer.supports, failures });
    tellHealth([self]);
    for (const recipient of disconnects.recent()) say(self, 'disconnected', recipient);
    joined.add(self);
  });
  await listenAt(server, path).catch((error: unknown) => {
    stopWatching();
    throw error;
  });
  const timer = setInterval(() => {
    const now = JSON.stringify(buffer.health?.());
    if (now === health) return;
    health = now;
    tellHealth(joined);
  }, healthMs);
  timer.unref();

  let closing: Promise<void> | undefined;
  return {
    get joined() {
      return joined.size;
    },
    close() {
      closing ??= new Promise((resolve) => {
        clearInterval(timer);
        stopWatching();
        server.close(() => resolve());
        for (const { socket } of joined) socket.destroy();
      });
      return closing;
    },
  };
}

type Asked = readonly [number: number, name: keyof Operations, ...given: unknown[]];

/** Whoever speaks otherwise is not one of ours. */
function parse(line: string): Asked | undefined {
  try {
    const asked: unknown = JSON.parse(line);
    return Array.isArray(asked) && Number.isSafeInteger(asked[0]) ? (asked as unknown as Asked) : undefined;
  } catch {
    return undefined;
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}

function checkPath(path: string): void {
  // What Linux and macOS have room for, one name for both.
  if (Buffer.byteLength(path) > 100)
    throw new Error(`The socket's path ${path} is longer than 100 bytes, which systems do not take. Choose a shorter one`);
}

/** Listens; takes the place of a socket that nobody answers at any more. */
async function listenAt(server: Server, path: string): Promise<void> {
  try {
    await listenOnce(server, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    if (await isAnswered(path))
      throw new Error(`A message buffer is shared at ${path} already. End that process, or choose another path`, {
        cause: error,
      });
    rmSync(path, { force: true });
    await listenOnce(server, path);
  }
  chmodSync(path, 0o600);
}

function listenOnce(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
