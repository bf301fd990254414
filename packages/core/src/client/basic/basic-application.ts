import { retryAfterMs } from '../../protocol/back-off.ts';
import { parseFetchTargets, resolveFetch } from '../../protocol/fetch-target.ts';
import { attendedClock, randomNumber } from '../../protocol/system-environment.ts';
import type { DirectMessage, FetchMessage, Gap, Message } from '../../protocol/types.ts';
import { describeError } from '../context.ts';
import type { BasicApplication, BasicApplicationOptions } from './basic-client.ts';

/** An application with what the poll needs of it. */
export interface JoinedApplication extends BasicApplication {
  /**
   * What a poll says of it, adding the messages whose handlers failed; `undefined` for a while after it was refused, and
   * where others' failures leave no room for its own.
   */
  ask(failed: unknown[]): { readonly cursor: string | null } | undefined;
  /** The failures that the last poll told arrived. */
  reported(): void;
  /** Hands a section's messages to the handlers, one after another, until there is reason to stop. */
  take(section: unknown, isOver: () => boolean): Promise<void>;
}

/** What comes over the network, not believed yet. */
interface Section {
  readonly cursor?: unknown;
  readonly messages?: unknown;
  readonly gap?: Gap;
  readonly error?: { readonly code?: unknown; readonly title?: unknown; readonly retryAfter?: unknown };
}

function isMessage(value: unknown): value is Message {
  const { id, cursor } = (value ?? {}) as Partial<Record<keyof Message, unknown>>;
  return typeof id === 'string' && typeof cursor === 'string';
}

/** Seconds that a server names, from 0 to so many; `otherwise` where that is no number. */
export function bounded(seconds: unknown, most: number, otherwise = 0): number {
  return typeof seconds === 'number' ? Math.min(Math.max(seconds, 0), most) : otherwise;
}

/** What comes of something. @throws where that is an error, or takes longer than `ms` and what it has to wait */
export function inTime<T>(work: () => T | PromiseLike<T>, ms: number, waitMs = 0): Promise<T> {
  return new Promise((resolve, reject) => {
    const { clear } = attendedClock.setTimeout(() => reject(`not done within ${ms / 1000} s`), ms + waitMs);
    void (async () => work())().then(resolve, reject).finally(clear);
  });
}

const deadlineMs = 30_000;
/** For how long a refused application is left out of polls, unless the server says so. */
const refusedMs = 60_000;
const leastRefusedMs = 1000;
const mostSpreadSeconds = 60;
/** Failures in one poll: a server takes 100, and 64 KiB in all. */
const mostFailed = 50;

export function createBasicApplication(
  request: typeof fetch,
  { fetchTargets = [], fetchCredentials: credentials = 'omit' }: BasicApplicationOptions,
  onError: (reason: string) => void,
): JoinedApplication {
  const targets = parseFetchTargets(fetchTargets);
  const direct = new Map<string, (message: DirectMessage) => unknown>();
  const fetched = new Map<string, (response: Response, message: FetchMessage) => unknown>();
  let onGap: ((gap: Gap) => unknown) | undefined;
  let cursor: string | null = null;
  let failed: { readonly id: string; readonly reason: string }[] = [];
  let told = 0;
  let quietUntilMs = 0;

  async function handle(message: Message, waitMs: number): Promise<unknown> {
    if (message.kind === 'direct') return direct.get(message.type)?.(message);
    const handler = message.kind === 'fetch' && fetched.get(message.type);
    if (!handler) return undefined;
    const { origin } = globalThis.location ?? {};
    const url = resolveFetch(message.fetch.href, targets, origin === 'null' ? undefined : origin);
    if (url === undefined || url[0] === '/') throw new Error('fetch target not registered');
    if (waitMs > 0) await new Promise<void>((go) => attendedClock.setTimeout(go, waitMs));
    return handler(await request(url, { credentials, redirect: 'error', cache: 'no-cache' }), message);
  }

  /** Leaves the application out for a while; the others go on. */
  function refuse({ code, title = 'not understood', retryAfter }: NonNullable<Section['error']> = {}): void {
    // Better twice than never: what the server does not know any more, or never gave out, is no place to go on from.
    const isForgotten = code === 'invalid-cursor';
    if (isForgotten) cursor = null;
    const ms = isForgotten ? 0 : retryAfterMs(retryAfter) || refusedMs;
    quietUntilMs = attendedClock.monotonic() + Math.max(leastRefusedMs, ms);
    onError(String(title));
  }

  /** Runs something to its end or its deadline, which what it has to wait does not shorten; resolves to why it failed. */
  async function attempt(work: () => unknown, waitMs = 0): Promise<string | undefined> {
    try {
      return void (await inTime(work, deadlineMs, waitMs));
    } catch (error) {
      return describeError(error);
    }
  }

  const application: JoinedApplication = {
    on(type, handler) {
      direct.set(type, handler);
      return application;
    },
    onFetch(type, handler) {
      fetched.set(type, handler);
      return application;
    },
    onGap(handler) {
      onGap = handler;
      return application;
    },
    ask(all) {
      told = 0;
      if (attendedClock.monotonic() < quietUntilMs || all.length + failed.length > mostFailed) return undefined;
      told = failed.length;
      all.push(...failed);
      return { cursor };
    },
    reported() {
      failed = failed.slice(told);
    },
    async take(section, isOver) {
      const { cursor: end, messages = [], gap, error } = (section ?? {}) as Section;
      if (typeof end !== 'string' || !Array.isArray(messages)) return refuse(error);
      const failure = gap && (await attempt(() => onGap?.(gap)));
      if (failure) onError(failure);
      for (const message of messages.filter(isMessage)) {
        const { fetch } = message as Partial<FetchMessage>;
        const waitMs = bounded(fetch?.spread, mostSpreadSeconds) * 1000 * randomNumber();
        const reason = await attempt(() => handle(message, waitMs), waitMs);
        if (isOver()) return;
        // Acknowledged with the next poll: each as it is done with, so that a client that ends keeps the rest.
        cursor = message.cursor;
        if (reason === undefined) continue;
        failed.push({ id: message.id, reason });
        onError(reason);
        // What follows comes again: nothing is acknowledged beyond what the next poll can report.
        if (failed.length === mostFailed) return;
      }
      cursor = end;
    },
  };
  return application;
}
