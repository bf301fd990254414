/** What the parts of one communication client share: time, chance, requests, and the end of them all. */
import type { Clock, Random, Timer } from '../protocol/environment.ts';
import { attendedClock, systemRandom } from '../protocol/system-environment.ts';
import type { ClientEvent, CommunicationClientOptions } from './communication-client.ts';

export interface ClientContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: typeof globalThis.fetch;
  /** Tells the observer; one that throws harms nothing. */
  emit(event: ClientEvent): void;
  /** A timer that ends with the client. */
  after(ms: number, callback: () => void): Timer;
  /** Resolves after `ms`; never, once the client has ended. */
  sleep(ms: number): Promise<void>;
  /** A request that is given up after `ms` without an answer, or when the client ends. */
  request(url: string, init: RequestInit, ms: number): Promise<Response>;
  /** Clears every timer and gives up every request; no other timer starts. */
  end(): void;
  readonly ended: boolean;
}

export function createContext(options: CommunicationClientOptions): ClientContext {
  const { clock = attendedClock, random = systemRandom, observe } = options;
  // Looked up at each call, so that a page may wrap the global one later.
  const send = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const ends = new Set<() => void>();
  let ended = false;

  const after = (ms: number, callback: () => void): Timer => {
    if (ended) return { clear: () => undefined };
    const clear = (): void => {
      timer.clear();
      ends.delete(clear);
    };
    const timer = clock.setTimeout(() => {
      ends.delete(clear);
      callback();
    }, ms);
    ends.add(clear);
    return { clear };
  };

  return {
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
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    request: async (url, init, ms) => {
      const controller = new AbortController();
      const abort = (): void => controller.abort();
      const timer = clock.setTimeout(abort, ms);
      ends.add(abort);
      try {
        return await send(url, { ...init, signal: controller.signal });
      } finally {
        timer.clear();
        ends.delete(abort);
      }
    },
    get ended() {
      return ended;
    },
    end: () => {
      ended = true;
      for (const end of ends) end();
    },
  };
}

/** An error as a short sentence, fit for a report. */
export function describeError(error: unknown): string {
  return String(error instanceof Error ? `${error.name}: ${error.message}` : error).slice(0, 200);
}
