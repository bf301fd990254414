import { backOffMs, retryAfterMs } from '../../protocol/back-off.ts';
import { attendedClock, randomNumber } from '../../protocol/system-environment.ts';
import type { PollAnswer } from '../../protocol/types.ts';
import { bounded, createBasicApplication, inTime, type JoinedApplication } from './basic-application.ts';
import type { BasicClient, BasicClientOptions } from './basic-client.ts';

/** Beyond the wait that was asked for, the connection is taken for dead. */
const watchdogMs = 10_000;
const defaultWaitSeconds = 25;
const mostWaitSeconds = 55;
const mostPauseSeconds = 3600;
const leastPauseMs = 1000;

/**
 * Makes the least communication client. It knows no other tabs, streams, reloads, coalescing or retries of handlers: for
 * those there is `createCommunicationClient`, of which its handlers are a part, at four times the size.
 *
 * @example
 * const client = createBasicClient({ url: '/pollux' });
 * client.application('orders').on('order.changed', ({ data }) => show(data));
 */
export function createBasicClient(options: BasicClientOptions): BasicClient {
  const { url, getToken, credentials = getToken ? 'omit' : 'same-origin' } = options;
  const base = url.replace(/\/+$/, '');
  const applications = new Map<string, JoinedApplication>();
  let token: string | undefined;
  let session: string | undefined;
  let seq = -1;
  let wait = defaultWaitSeconds;
  let pauseSeconds = 0;
  let failures = 0;
  let isRunning = false;
  let isClosed = false;
  let underWay: AbortController | undefined;
  let endPause: (() => void) | undefined;

  const request: typeof fetch = (...given) => (options.fetch ?? fetch)(...given);

  const tell: NonNullable<BasicClientOptions['onError']> = (...what) => {
    try {
      options.onError?.(...what);
    } catch {
      // Who listens is not to end the poll.
    }
  };

  const settings = (method: string, body: string | null = null): RequestInit => ({
    method,
    body,
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    credentials,
    cache: 'no-store',
    redirect: 'error',
  });

  /** One poll and what it brought; milliseconds until the next. */
  async function poll(): Promise<number> {
    const startedMs = attendedClock.monotonic();
    const abort = new AbortController();
    const watchdog = attendedClock.setTimeout(() => abort.abort(), wait * 1000 + watchdogMs);
    try {
      token ??= await inTime(() => getToken?.(), watchdogMs);
      // Only now, for what joined meanwhile.
      const body = compose();
      if (isClosed || body === undefined) return leastPauseMs;
      underWay = abort;
      const response = await request(`${base}/poll`, { ...settings('POST', body), signal: abort.signal });
      const text = await response.text();
      const { status } = response;
      if (status !== 200 && status !== 204) return fail(status, response, text);
      // What joins meanwhile gets no part of this answer.
      underWay = undefined;
      const answer: Partial<PollAnswer> = status === 200 ? JSON.parse(text) : { session };
      if (typeof answer.session !== 'string') return backOff('not an answer');
      session = answer.session;
      failures = 0;
      for (const application of applications.values()) application.reported();
      return await absorb(answer, attendedClock.monotonic() - startedMs);
    } catch (error) {
      // Somebody joined: the next poll asks for all.
      if (isClosed || abort.signal.reason === joined) return 0;
      return backOff(String(error));
    } finally {
      watchdog.clear();
    }
  }

  /** A poll's body; `undefined` while all applications are refused. */
  function compose(): string | undefined {
    const asked: Record<string, unknown> = {};
    const failed: unknown[] = [];
    for (const [name, application] of applications) {
      const part = application.ask(failed);
      if (part !== undefined) asked[name] = part;
    }
    if (Object.keys(asked).length === 0) return undefined;
    const body = { v: 1, session, seq: ++seq, wait, applications: asked, failed: failed[0] && failed };
    return JSON.stringify(body);
  }

  function fail(status: number, { headers }: Response, text: string): number {
    // A token that was over, and a session that was taken over, are worth a try at once.
    const isAtOnce = failures === 0 && (status === 401 || status === 409);
    if (status === 401) token = undefined;
    if (status === 409) session = undefined;
    const ms = backOff(`status ${status} ${text.slice(0, 200)}`, retryAfterMs(headers.get('retry-after')));
    return isAtOnce ? 0 : ms;
  }

  function backOff(reason: string, floorMs = 0): number {
    tell(reason);
    return backOffMs(++failures, { next: randomNumber }, floorMs);
  }

  /** Takes an answer over, until all handlers are done with it; resolves to the milliseconds until the next poll. */
  async function absorb({ advice, applications: sections = {} }: Partial<PollAnswer>, tookMs: number): Promise<number> {
    wait = bounded(advice?.wait, mostWaitSeconds, wait);
    pauseSeconds = bounded(advice?.interval, mostPauseSeconds, pauseSeconds);
    const told = Object.entries(sections);
    await Promise.all(told.map(([name, section]) => applications.get(name)?.take(section, () => isClosed)));
    const ms = (bounded(advice?.drain, mostPauseSeconds) * randomNumber() + pauseSeconds) * 1000;
    // A server that answers at once, again and again, with nothing is not asked as fast as it answers.
    return tookMs < leastPauseMs && told.length === 0 ? Math.max(ms, leastPauseMs) : ms;
  }

  function pause(ms: number): Promise<void> {
    return new Promise((go) => {
      const timer = attendedClock.setTimeout(go, ms);
      endPause = () => {
        timer.clear();
        go();
      };
    });
  }

  async function run(): Promise<void> {
    isRunning = true;
    // What joins in the same turn is asked for together.
    await undefined;
    while (!isClosed) {
      const pauseMs = await poll();
      if (pauseMs > 0 && !isClosed) await pause(pauseMs);
    }
  }

  return {
    application(name, applicationOptions = {}) {
      const known = applications.get(name);
      if (known !== undefined) return known;
      const application = createBasicApplication(request, applicationOptions, (reason) => tell(reason, name));
      applications.set(name, application);
      if (isRunning) underWay?.abort(joined);
      else void run();
      return application;
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      underWay?.abort();
      endPause?.();
      if (session === undefined) return;
      await request(`${base}/session/${encodeURIComponent(session)}`, { ...settings('DELETE'), keepalive: true }).catch(
        () => undefined,
      );
    },
  };
}

/** Why a poll was given up that is not to be counted as failed. */
const joined = 0;
