/** Carries out what a `fetch` message asks for: a request to the application's own server. */

import { backOffMs, retryAfterMs } from '../protocol/back-off.ts';
import { parseFetchTargets, resolveFetch } from '../protocol/fetch-target.ts';
import type { FetchMessage } from '../protocol/types.ts';
import type { ApplicationClientOptions, Fetched } from './application-client.ts';
import { fetchAttempts, fetchMs, longestSpreadSeconds, rememberedVersions } from './bounds.ts';
import { type ClientContext, describeError } from './context.ts';
import type { Item } from './inbox.ts';

/** Nothing where a message was handled, why that failed for good, or `null` where nobody was there to handle it. */
export type Outcome = string | null | undefined;

/**
 * Fetches what a message asks for, lets `handle` have it, and marks as done every message that this served.
 * @returns those messages' ids, and why the fetch or its handler failed for good
 */
export type Fetcher = (
  first: FetchMessage,
  queue: readonly Item[],
  handle: (message: FetchMessage, data: unknown, fetched: (data: unknown) => Fetched) => Promise<Outcome>,
) => Promise<{ readonly ids: readonly string[]; readonly reason: Outcome }>;

/** What a later message makes superfluous: the same topic, or else the same address, told under the same type. */
function subject({ type, topic, fetch }: FetchMessage): string {
  return JSON.stringify([type, topic ?? [fetch.href]]);
}

/** The page's or worker's own origin; none outside browsers and in documents without one. */
function ownOrigin(): string | undefined {
  const origin = globalThis.location?.origin;
  return origin === 'null' ? undefined : origin;
}

/** Gives up a body that nobody reads on, so that its connection is free again. */
function discard(response: Response): void {
  response.body?.cancel().catch(() => undefined);
}

/** Waits for the whole body of a good response: one that breaks off, or stands still, is none. */
async function arrive(response: Response): Promise<Response> {
  if (response.ok) await response.clone().text();
  return response;
}

export function createFetcher(context: ClientContext, application: string, options: ApplicationClientOptions): Fetcher {
  const targets = parseFetchTargets(options.fetchTargets ?? []);
  const versions = new Map<string, string>();

  const prepare = async (): Promise<RequestInit> => ({
    headers: (await options.fetchHeaders?.()) ?? {},
    credentials: options.fetchCredentials ?? 'omit',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
    // Something changed: ask, with the ETag that the browser has, rather than believe its cache.
    cache: 'no-cache',
  });

  /** The response, or why there is none. */
  const request = async (url: string): Promise<Response | string> => {
    for (let failures = 1; ; failures++) {
      let reason: string;
      let floorMs = 0;
      try {
        const response = await context.request(url, prepare, fetchMs, arrive);
        const { status } = response;
        context.emit({ kind: 'fetched', application, href: url, status });
        if (status !== 429 && status < 500) return response;
        discard(response);
        reason = `status ${status}`;
        floorMs = retryAfterMs(response.headers.get('retry-after'));
      } catch (error) {
        reason = describeError(error);
      }
      // With the client the last attempt was given up, too: that is no failure of it.
      if (failures === fetchAttempts && !context.ended) return reason;
      await context.sleep(backOffMs(failures, context.random, floorMs));
    }
  };

  /** Gets what a message names and lets `handle` have it; resolves to why that failed for good. */
  const obtain = async (message: FetchMessage, handle: Parameters<Fetcher>[2]): Promise<Outcome> => {
    const { type, fetch } = message;
    const { href, version } = fetch;
    // Handlers of another type have not had it.
    const key = `${href} ${type}`;
    if (version !== undefined && versions.get(key) === version) return undefined;
    const url = resolveFetch(href, targets, ownOrigin());
    // Without a page there is no origin that a mere path could belong to.
    const response = url && url[0] !== '/' ? await request(url) : 'fetch target not registered';
    if (typeof response === 'string') return response;
    // Each run gets a body of its own: a repetition after a failure could not read a used one.
    const data = response.ok
      ? await response
          .clone()
          .json()
          .catch(() => undefined)
      : undefined;
    const reason = await handle(message, data, (checked) => ({ message, response: response.clone(), data: checked }));
    discard(response);
    if (reason === undefined && version !== undefined) {
      // Forgetting costs no more than a fetch.
      if (versions.size >= rememberedVersions) versions.clear();
      versions.set(key, version);
    }
    return reason;
  };

  return async (first, queue, handle) => {
    const { spread } = first.fetch;
    const spreadSeconds = typeof spread === 'number' ? Math.min(spread, longestSpreadSeconds) : 0;
    if (spreadSeconds > 0) await context.sleep(context.random.next() * spreadSeconds * 1000);
    // The first of a burst goes at once and takes along those that wait behind it; what arrives from here on waits
    // for one more fetch. The newest says what to get, so nothing stale is asked for and nobody waits for ever.
    const key = subject(first);
    // Whatever follows a loss waits until that was told.
    const gap = queue.findIndex((item) => item.gap);
    const near = gap < 0 ? queue : queue.slice(0, gap);
    const served = near.filter(({ message, done }) => message?.kind === 'fetch' && !done && subject(message) === key);
    for (const item of served) item.begun = true;
    const reason = await obtain(served[served.length - 1]?.message as FetchMessage, handle);
    for (const item of served) item.done = true;
    return { ids: served.map((item) => (item.message as FetchMessage).id), reason };
  };
}
