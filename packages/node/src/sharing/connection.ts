/** A joined process's connection to the owner: asks, tells answers apart, and comes back after it was lost. */
import { connect, type Socket } from 'node:net';
import { CommunicationError, problem } from '@pollux/core';
import { type Lines, speakInLines } from './lines.ts';
import { type AnswerLine, formatVersion, type Hello, type Operations, type Told, type ToldLine } from './operations.ts';

export interface ConnectionOptions {
  readonly path: string;
  readonly answerMs: number;
  /** Gets what the owner tells unasked, but for its first words. */
  told(kind: Exclude<keyof Told, 'hello'>, value: unknown): void;
  /** The connection was lost, and is made anew. */
  lost(reason: string): void;
  /** May ask for something before the first of what is asked in one turn. */
  beforeSaying(say: <Name extends keyof Operations>(name: Name, ...given: Parameters<Operations[Name]>) => void): void;
}

export interface Connection {
  /** The owner's first words. Rejects where there is no owner, or one of another release. */
  readonly opened: Promise<Hello>;
  /** Why nothing can be asked now, in a sentence. */
  readonly failure: string | undefined;
  /** @throws CommunicationError `buffer-unavailable` where the owner is away, or goes before it answers */
  call<Name extends keyof Operations>(
    name: Name,
    ...given: Parameters<Operations[Name]>
  ): Promise<Awaited<ReturnType<Operations[Name]>>>;
  close(): Promise<void>;
}

interface Waiting {
  readonly sinceMs: number;
  settle(value: unknown): void;
  fail(error: unknown): void;
}

/** Milliseconds before the first and between later attempts to come back. */
const firstAgainMs = 20;
const mostAgainMs = 1000;
/** Milliseconds that the owner gets to take the last words. */
const goodbyeMs = 1000;
/** Milliseconds between two looks at answers that are late. */
const lateMs = 1000;

function unavailable(detail: string): CommunicationError {
  return new CommunicationError(problem('buffer-unavailable', { detail, retryAfter: 1 }));
}

export function createConnection({ path, answerMs, told, lost, beforeSaying }: ConnectionOptions): Connection {
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let lines: Lines | undefined;
  let socket: Socket | undefined;
  let failure: string | undefined = `Nobody has answered at ${path} yet.`;
  let isClosed = false;
  let againMs = firstAgainMs;
  let again: NodeJS.Timeout | undefined;
  let isSaying = false;
  let settleOpened: { resolve(hello: Hello): void; reject(error: Error): void } | undefined;
  const opened = new Promise<Hello>((resolve, reject) => {
    settleOpened = { resolve, reject };
  });

  function greet(hello: Hello, mine: Lines): void {
    if (hello.version !== formatVersion)
      return refuse(`The process that shares the message buffer at ${path} is of another release. Run the same on both sides`);
    lines = mine;
    failure = undefined;
    againMs = firstAgainMs;
    settleOpened?.resolve(hello);
    settleOpened = undefined;
  }

  /** Gives up where it never was open. */
  function refuse(reason: string): void {
    isClosed = settleOpened !== undefined;
    if (isClosed) clearInterval(watchdog);
    settleOpened?.reject(new Error(reason));
    settleOpened = undefined;
    failure = reason;
    socket?.destroy();
  }

  function heard(line: string, mine: Lines): void {
    const answer = parse(line);
    if (answer === undefined) {
      socket?.destroy(new Error('what answers there is no message buffer'));
      return;
    }
    const [number, second, third] = answer;
    if (number === 0) {
      if (second === 'hello') greet(third as Hello, mine);
      else told(second as Exclude<keyof Told, 'hello'>, third);
      return;
    }
    const found = waiting.get(number);
    if (found === undefined) return;
    waiting.delete(number);
    const failed = third as AnswerLine[2];
    if (failed === undefined) found.settle(second);
    else if (failed.problem === undefined) found.fail(new Error(failed.message));
    else found.fail(new CommunicationError(failed.problem));
  }

  function open(): void {
    const made = connect(path);
    socket = made;
    let reason = '';
    made.on('error', (error) => {
      reason = `: ${error.message}`;
    });
    const mine = speakInLines(made, (line) => heard(line, mine), { takeMs: answerMs });
    const greeting = setTimeout(() => {
      if (lines !== mine) made.destroy(new Error('it says nothing'));
    }, answerMs);
    made.on('close', () => {
      clearTimeout(greeting);
      if (socket !== made) return;
      const wasOpen = lines !== undefined;
      lines = undefined;
      if (settleOpened !== undefined)
        return refuse(`Nobody shares a message buffer at ${path}${reason}. Start the process that does first`);
      failure = `The connection to the process that has the message buffer was lost${reason}.`;
      const all = [...waiting.values()];
      waiting.clear();
      for (const each of all) each.fail(unavailable(failure));
      if (isClosed) return;
      if (wasOpen) lost(failure);
      again = setTimeout(open, againMs);
      againMs = Math.min(againMs * 2, mostAgainMs);
    });
  }

  /** One owner that does not answer is as one that is away. */
  const watchdog = setInterval(() => {
    // Asked in order, so that the first has waited longest.
    const [first] = waiting.values();
    if (first !== undefined && performance.now() - first.sinceMs > answerMs) socket?.destroy(new Error('its answer is late'));
  }, lateMs);
  watchdog.unref();

  function say(name: keyof Operations, given: readonly unknown[], by: Waiting | undefined): void {
    asked += 1;
    if (by !== undefined) waiting.set(asked, by);
    lines?.say(JSON.stringify([asked, name, ...given]));
  }

  open();
  return {
    opened,
    get failure() {
      return failure;
    },
    call(name, ...given) {
      if (lines === undefined) return Promise.reject(unavailable(isClosed ? 'The message buffer is closed.' : (failure ?? '')));
      if (!isSaying) {
        isSaying = true;
        setImmediate(() => {
          isSaying = false;
        });
        beforeSaying((first, ...its) => say(first, its, undefined));
      }
      return new Promise((settle, fail) => {
        say(name, given, { sinceMs: performance.now(), settle: settle as (value: unknown) => void, fail });
      });
    },
    close() {
      isClosed = true;
      clearInterval(watchdog);
      clearTimeout(again);
      const made = socket;
      if (made === undefined || made.destroyed) return Promise.resolve();
      return new Promise((resolve) => {
        made.once('close', () => resolve());
        if (lines === undefined) made.destroy();
        else lines.end();
        // An owner that does not answer any more does not say goodbye either.
        setTimeout(() => made.destroy(), goodbyeMs).unref();
      });
    },
  };
}

function parse(line: string): AnswerLine | ToldLine | undefined {
  try {
    const answer: unknown = JSON.parse(line);
    return Array.isArray(answer) ? (answer as unknown as AnswerLine) : undefined;
  } catch {
    return undefined;
  }
}
