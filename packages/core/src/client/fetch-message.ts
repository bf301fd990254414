/** Carries out what a `fetch` message asks for: a request to the application's own server. */
import { parseFetchTargets, resolveFetch } from '../protocol/fetch-target.ts';
import type { FetchMessage } from '../protocol/types.ts';
import { backOffMs, retryAfterMs } from './back-off.ts';
import type { ApplicationClientOptions } from './communication-client.ts';
import { type ClientContext, describeError } from './context.ts';
import type { Item } from './inbox.ts';

/** How one fetch ended. */
export type FetchOutcome =
  | { readonly kind: 'fetched'; readonly message: FetchMessage; readonly response: Response; readonly covered: readonly Item[] }
  /** The client has this version already. */
  | { readonly kind: 'known'; readonly covered: readonly Item[] }
  | { readonly kind: 'failed'; readonly reason: string; readonly covered: readonly Item[] };

export interface Fetcher {
  fetch(message: FetchMessage, queue: readonly Item[]): Promise<FetchOutcome>;
  /** Remembers that what a message told of is here. */
  arrived(message: FetchMessage): void;
}

const attempts = 4;
const attemptMs = 30_000;
/** A server may ask for at most this much of a random wait. */
const longestSpreadSeconds = 60;
const rememberedVersions = 200;

/** What a later message makes superfluous: the same topic, or else the same address, told under the same type. */
function subject({ type, topic, fetch }: FetchMessage): string {
  return JSON.stringify([type, topic ?? 0, topic === undefined && fetch.href]);
}

/** The page's or worker's own origin; none outside browsers and in documents without one. */
function ownOrigin(): string | undefined {
  const origin = globalThis.location?.origin;
  return origin === 'null' ? undefined : origin;
}

/** Gives up a body that nobody reads on, so that its connection is free again. */
export function discard(response: Response): void {
  response.body?.cancel().catch(() => undefined);
}

export function createFetcher(context: ClientContext, application: string, options: ApplicationClientOptions): Fetcher {
  const targets = parseFetchTargets(options.fetchTargets ?? []);
  const versions = new Map<string, string>();

  /** One attempt; a text says why another one is due, a number how long the server wants to be left alone. */
  const attempt = async (url: string): Promise<Response | { readonly reason: string; readonly floorMs: number }> => {
    try {
      const init: RequestInit = {
        headers: (await options.fetchHeaders?.()) ?? {},
        credentials: options.fetchCredentials ?? 'omit',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        // Something changed: ask, with the ETag that the browser has, rather than believe its cache.
        cache: 'no-cache',
      };
      const response = await context.request(url, init, attemptMs);
      const { status } = response;
      context.emit({ kind: 'fetched', application, href: url, status });
      if (status !== 429 && status < 500) return response;
      discard(response);
      return { reason: `status ${status}`, floorMs: retryAfterMs(response.headers.get('retry-after'), context.clock.now()) };
    } catch (error) {
      return { reason: describeError(error), floorMs: 0 };
    }
  };

  const persist = async (url: string): Promise<Response | string> => {
    for (let failures = 1; ; failures++) {
      const result = await attempt(url);
      if (result instanceof Response) return result;
      if (failures === attempts) return result.reason;
      await context.sleep(backOffMs(failures, context.random, result.floorMs));
    }
  };

  return {
    fetch: async (first, queue) => {
      const spread = Number(first.fetch.spread);
      if (spread > 0) await context.sleep(context.random.next() * Math.min(spread, longestSpreadSeconds) * 1000);
      // The first of a burst goes at once and takes along those that wait behind it; what arrives from here on waits
      // for one more fetch. The newest says what to get, so nothing stale is asked for and nobody waits for ever.
      const key = subject(first);
      const covered = queue.filter((item) => item.message?.kind === 'fetch' && !item.done && subject(item.message) === key);
      const message = (covered[covered.length - 1]?.message ?? first) as FetchMessage;
      const { href, version } = message.fetch;
      if (version !== undefined && versions.get(href) === version) return { kind: 'known', covered };
      const url = resolveFetch(href, targets, ownOrigin());
      // Without a page there is no origin that a mere path could belong to.
      if (!url || url[0] === '/') return { kind: 'failed', reason: 'fetch target not registered', covered };
      const response = await persist(url);
      return typeof response === 'string'
        ? { kind: 'failed', reason: response, covered }
        : { kind: 'fetched', message, response, covered };
    },
    arrived: ({ fetch: { href, version } }) => {
      if (version === undefined) return;
      versions.delete(href);
      versions.set(href, version);
      if (versions.size > rememberedVersions) for (const oldest of versions.keys()) return void versions.delete(oldest);
    },
  };
}
