/** Finds the handlers for what an application received, and sees to it that each item ends: handled, failed or unhandled. */
import type { DirectMessage, FetchMessage, Message } from '../protocol/types.ts';
import type { ApplicationClientOptions, Fetched } from './communication-client.ts';
import type { ClientContext } from './context.ts';
import { createFetcher, discard } from './fetch-message.ts';
import type { Item } from './inbox.ts';
import { runHandler } from './run-handler.ts';

export type Handler = (argument: never) => unknown;

export interface Dispatcher {
  /** Registers a handler for `gap`, `withdrawn`, or `direct:` or `fetch:` and a type; returns the way to stop. */
  on(key: string, handler: Handler): () => void;
  /** Handles the first item of a queue; nothing, where it was done at once. The promise never rejects. */
  handle(item: Item, queue: readonly Item[]): Promise<unknown> | undefined;
}

/** Milliseconds that a type without a handler waits for one: code of an application may be loaded late. */
export const handlerWaitMs = 10_000;

export function createDispatcher(
  context: ClientContext,
  application: string,
  options: ApplicationClientOptions,
  reportFailed: (id: string, reason: string) => void,
): Dispatcher {
  const handlers = new Map<string, Set<{ readonly run: Handler }>>();
  /** Types that nobody took in time: the next message of one does not hold up the others again. */
  const unclaimed = new Set<string>();
  const fetcher = createFetcher(context, application, options);
  let claimed: (() => void) | undefined;

  const has = (key: string): boolean => (handlers.get(key)?.size ?? 0) > 0;

  const runAll = (key: string, argument: () => unknown): Promise<string | undefined> | undefined => {
    let chain: Promise<string | undefined> | undefined;
    // A copy: a handler may register or stop others.
    for (const { run } of [...(handlers.get(key) ?? [])]) {
      const start = (): Promise<string | undefined> | undefined => runHandler(context, () => run(argument() as never));
      chain = chain ? chain.then(async (failed) => (await start()) ?? failed) : start();
    }
    return chain;
  };

  const conclude = (id: string, reason: string | undefined): void => {
    if (reason === undefined) context.emit({ kind: 'handled', application, id });
    else {
      context.emit({ kind: 'handler-failed', application, id, reason });
      reportFailed(id, reason);
    }
  };

  const concludeWith = (id: string, pending: Promise<string | undefined> | undefined): Promise<void> | undefined => {
    if (pending) return pending.then((reason) => conclude(id, reason));
    conclude(id, undefined);
    return undefined;
  };

  const fetchAndHandle = async (first: FetchMessage, queue: readonly Item[], key: string): Promise<void> => {
    const outcome = await fetcher.fetch(first, queue);
    let reason: string | undefined;
    if (outcome.kind === 'failed') reason = outcome.reason;
    if (outcome.kind === 'fetched') {
      const { message, response } = outcome;
      // Each run gets a body of its own: a repetition after a failure could not read a used one.
      reason = await runAll(key, (): Fetched => ({ message, response: response.clone() }));
      discard(response);
      if (reason === undefined) fetcher.arrived(message);
    }
    for (const item of outcome.covered) {
      item.done = true;
      conclude((item.message as Message).id, reason);
    }
  };

  const deliver = (message: DirectMessage | FetchMessage, queue: readonly Item[], key: string): Promise<void> | undefined => {
    if (has(key)) {
      return message.kind === 'fetch'
        ? fetchAndHandle(message, queue, key)
        : concludeWith(
            message.id,
            runAll(key, () => message),
          );
    }
    unclaimed.add(key);
    // Not a failure to be parked on the server: nobody here wants it, and it counts as handled.
    context.emit({ kind: 'unhandled', application, id: message.id, type: message.type });
    return undefined;
  };

  /** Resolves when a handler for the key is there, or nobody has come in time. */
  const awaitHandler = (key: string): Promise<void> =>
    new Promise((resolve) => {
      const timer = context.after(handlerWaitMs, resolve);
      claimed = () => {
        if (!has(key)) return;
        timer.clear();
        resolve();
      };
    });

  return {
    on: (key, run) => {
      const entry = { run };
      const set = handlers.get(key) ?? new Set();
      handlers.set(key, set.add(entry));
      unclaimed.delete(key);
      claimed?.();
      return () => void set.delete(entry);
    },
    handle: ({ gap, message }, queue) => {
      // After the end nothing more begins; what waits here stays unacknowledged.
      if (context.ended) return new Promise(() => undefined);
      if (gap) {
        context.emit({ kind: 'gap', application, gap });
        return runAll('gap', () => gap)?.then((reason) => {
          if (reason !== undefined) context.emit({ kind: 'handler-failed', application, id: 'gap', reason });
        });
      }
      if (!message) return undefined;
      if (message.kind === 'withdrawn')
        return concludeWith(
          message.id,
          runAll('withdrawn', () => message.of),
        );
      const key = `${message.kind}:${message.type}`;
      return has(key) || unclaimed.has(key)
        ? deliver(message, queue, key)
        : awaitHandler(key).then(() => deliver(message, queue, key));
    },
  };
}
