/** What the parts of one communication client share: time, chance, requests, and the end of them all. */
import type { Clock, Random } from '../protocol/environment.ts';
import { attendedClock, randomNumber } from '../protocol/system-environment.ts';
import type { ClientEvent, CommunicationClientOptions } from './communication-client.ts';

export interface ClientContext {
  readonly clock: Clock;
  readonly random: Pick<Random, 'next'>;
  readonly fetch: typeof globalThis.fetch;
  /** Tells the observer; one that throws harms nothing. */
  emit(event: ClientEvent): void;
  /** Calls back once after `ms`, unless stopped by what it returns, or by the end of the client. */
  after(ms: number, callback: () => void): () => void;
  /** Resolves after `ms`; never, once the client has ended. */
  sleep(ms: number): Promise<void>;
  /** A request that is given up after `ms` without an answer, or when the client ends. */
  request(url: string, init: RequestInit, ms: number): Promise<Response>;
  /** Stops every timer and gives up every request. */
  end(): void;
  ended: boolean;
}

export function createContext(options: CommunicationClientOptions): ClientContext {
  const { clock = attendedClock, random = { next: randomNumber }, observe } = options;
  // Looked up at each call, so that a page may wrap the global one later.
  const send = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const ends = new Set<() => void>();

  const after = (ms: number, callback: () => void): (() => void) => {
    const timer = clock.setTimeout(() => {
      ends.delete(stop);
      callback();
    }, ms);
    const stop = (): void => {
      timer.clear();
      ends.delete(stop);
    };
    ends.add(stop);
    return stop;
  };

  const context: ClientContext = {
    clock,
    random,
    fetch: send,
    after,
    emit: (event) => {
      try {
        observe?.(event);
      } catch {
        // Watching is not taking part.
      }
    },
    sleep: (ms) => new Promise((resolve) => void (context.ended || after(ms, resolve))),
    request: async (url, init, ms) => {
      const controller = new AbortController();
      const abort = (): void => controller.abort();
      const stop = after(ms, abort);
      ends.add(abort);
      try {
        return await send(url, { ...init, signal: controller.signal });
      } finally {
        stop();
        ends.delete(abort);
      }
    },
    ended: false,
    end: () => {
      context.ended = true;
      for (const end of ends) end();
    },
  };
  return context;
}

/** An error as a short sentence, fit for a report; whatever was thrown. */
export function describeError(error: unknown): string {
  try {
    return String(error).slice(0, 200);
  } catch {
    return 'unknown error';
  }
}

/** Keeps the newest `most` of a Map or Set; both know the order in which their keys came. */
export function keepNewest(
  most: number,
  kept: Pick<Map<string, unknown>, 'size' | 'delete'> & Iterable<unknown>,
  keys: Iterable<string>,
): void {
  for (const key of keys) {
    if (kept.size <= most) return;
    kept.delete(key);
  }
}
