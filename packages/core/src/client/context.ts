/** What the parts of one communication client share: time, chance, requests, and the end of them all. */
import type { Clock, Random } from '../protocol/environment.ts';
import { attendedClock, randomNumber } from '../protocol/system-environment.ts';
import { longestDelayMs } from './bounds.ts';
import type { ClientEvent, CommunicationClientOptions } from './communication-client.ts';
import { createMemory, type Memory } from './memory.ts';
import { canShare } from './tabs.ts';

export interface ClientContext {
  readonly options: CommunicationClientOptions;
  /** Whether there may be tabs to share the connection with. */
  readonly shares: boolean;
  readonly memory: Memory;
  readonly clock: Clock;
  readonly random: Pick<Random, 'next'>;
  readonly fetch: typeof globalThis.fetch;
  /** Calls what only watches: where it throws, that harms nobody. */
  guard(watcher: () => unknown): void;
  /** Tells whoever watches. */
  emit(event: ClientEvent): void;
  /** Tells one more from now on; returns the way to stop. */
  watch(watcher: Watcher): () => void;
  /** Calls back once after `ms`, unless stopped by what it returns, or by the end of the client. */
  after(ms: number, callback: () => void): () => void;
  /** Resolves after `ms`; never, once the client has ended. */
  sleep(ms: number): Promise<void>;
  /**
   * A request that is given up where `read` is not done with its answer `ms` after its preparation began, or when the
   * client ends.
   */
  request(
    url: string,
    prepared: RequestInit | (() => Promise<RequestInit>),
    ms: number,
    read?: (response: Response) => Promise<Response>,
  ): Promise<Response>;
  /** Stops every timer and gives up every request. */
  end(): void;
  ended: boolean;
}

type Watcher = (event: ClientEvent) => unknown;

function guard(watcher: () => unknown): void {
  try {
    watcher();
  } catch {
    // Watching is not taking part.
  }
}

export function createContext(options: CommunicationClientOptions): ClientContext {
  const { clock = attendedClock, random = { next: randomNumber }, observe } = options;
  // Looked up at each call, so that a page may wrap the global one later.
  const send = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const ends = new Set<() => void>();
  const watchers = new Set<Watcher>(observe ? [observe] : []);

  const after = (ms: number, callback: () => void): (() => void) => {
    const timer = clock.setTimeout(
      () => {
        ends.delete(stop);
        callback();
      },
      Math.min(ms, longestDelayMs),
    );
    const stop = (): void => {
      timer.clear();
      ends.delete(stop);
    };
    ends.add(stop);
    return stop;
  };

  const shares = options.tabs !== false && canShare();
  const context: ClientContext = {
    options,
    shares,
    memory: createMemory(options.url, shares),
    clock,
    random,
    fetch: send,
    after,
    guard,
    emit: (event) => {
      for (const watcher of watchers) guard(() => watcher(event));
    },
    watch: (watcher) => {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    sleep: (ms) => new Promise((resolve) => void (context.ended || after(ms, resolve))),
    request: (url, prepared, ms, read) =>
      new Promise((resolve, reject) => {
        const controller = new AbortController();
        const giveUp = (): void => {
          controller.abort();
          reject(new Error(`no answer within ${ms / 1000} s`));
        };
        const stop = after(ms, giveUp);
        ends.add(giveUp);
        const go = (init: RequestInit): Promise<Response> => send(url, { ...init, signal: controller.signal });
        // A last word has to leave before this turn ends, and with it perhaps the page.
        const sent = typeof prepared === 'function' ? prepared().then(go) : go(prepared);
        void sent
          .then(read)
          .then(resolve, reject)
          .finally(() => {
            stop();
            ends.delete(giveUp);
          });
      }),
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
