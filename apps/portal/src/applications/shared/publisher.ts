/**
 * Hands notifications to Pollux over HTTP, as any application server would: nothing but `fetch`.
 *
 * An outbox keeps the order: one request at a time, everything that waits goes together. A failure that may pass
 * (no answer, 408, 429, 5xx) is tried again with the same idempotency keys after a growing, jittered pause that is
 * never shorter than the server's `Retry-After`; so nothing is stored twice and nothing overtakes. What the server
 * refuses for good is reported and not repeated.
 */
import { randomUUID } from 'node:crypto';
import type { Notification, Problem, PublishAnswer, RefusedNotification } from '@pollux/core';
import { nextPause, type Pause } from './back-off.ts';

export interface PublisherOptions {
  /** The communication server's base, for example `http://127.0.0.1:4100/pollux`. */
  readonly url: string;
  readonly application: string;
  readonly key: string;
  /** Told of every refusal and every pause, in words for people. @default nothing */
  readonly log?: (line: string) => void;
  /** Notifications that may wait here; past it new ones are given up. @default 1000 */
  readonly capacity?: number;
  /** The shortest and longest pause between two tries, in milliseconds. @default 250 to 20000 */
  readonly pause?: Pause;
}

/** What became of one notification. */
export type Publication =
  | { readonly kind: 'accepted'; readonly refused: readonly RefusedNotification[] }
  | { readonly kind: 'refused'; readonly problem: Partial<Problem> & { readonly status: number } }
  | { readonly kind: 'given-up'; readonly reason: string };

export interface Publisher {
  /** Settles when the server has answered for this notification; never rejects. */
  publish(notification: Notification): Promise<Publication>;
  /** Stops; what still waits is given up. */
  close(): void;
}

interface Waiting {
  readonly type: string;
  /** The notification as it is sent. */
  readonly json: string;
  readonly settle: (publication: Publication) => void;
}

type Try = { readonly kind: 'done' } | { readonly kind: 'again'; readonly reason: string; readonly retryAfter: string | null };

/** What goes together at most: a request beyond the server's bound (256 KiB) would be refused with all that is in it. */
const batch = { count: 50, bytes: 200_000 };
const patienceMs = 10_000;

/** Creates the publisher of one application. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { application, capacity = 1000, log = () => undefined, pause = { leastMs: 250, mostMs: 20_000 } } = options;
  const target = `${options.url}/applications/${encodeURIComponent(application)}/notifications`;
  const headers = { authorization: `Bearer ${options.key}`, 'content-type': 'application/json' };
  const outbox: Waiting[] = [];
  const stop = new AbortController();
  let running = false;

  async function send(waiting: readonly Waiting[]): Promise<Try> {
    const body = `[${waiting.map(({ json }) => json).join()}]`;
    try {
      const response = await fetch(target, { method: 'POST', headers, body, signal: AbortSignal.timeout(patienceMs) });
      if (mayPass(response.status)) {
        return { kind: 'again', reason: `answer ${response.status}`, retryAfter: response.headers.get('retry-after') };
      }
      const answer: unknown = await response.json();
      settle(waiting, response.status, answer);
      return { kind: 'done' };
    } catch (error) {
      return { kind: 'again', reason: error instanceof Error ? error.message : String(error), retryAfter: null };
    }
  }

  function settle(waiting: readonly Waiting[], status: number, answer: unknown): void {
    waiting.forEach((one, index) => {
      const publication = publicationOf(status, answer, index);
      if (publication.kind === 'refused') {
        log(`${one.type} was refused: ${publication.problem.detail ?? publication.problem.title ?? status}`);
      }
      one.settle(publication);
    });
  }

  async function drain(): Promise<void> {
    running = true;
    for (let failures = 0; outbox.length > 0 && !stop.signal.aborted; ) {
      const waiting = nextBatch(outbox);
      const tried = await send(waiting);
      if (tried.kind === 'done') {
        outbox.splice(0, waiting.length);
        failures = 0;
        continue;
      }
      const ms = nextPause(pause, failures++, tried.retryAfter, Date.now());
      if (!stop.signal.aborted) log(`Pollux cannot be reached (${tried.reason}); ${outbox.length} waiting, next try in ${ms} ms`);
      await sleep(ms, stop.signal);
    }
    running = false;
  }

  return {
    publish(notification) {
      if (stop.signal.aborted || outbox.length >= capacity) {
        return Promise.resolve({ kind: 'given-up', reason: stop.signal.aborted ? 'closed' : `${capacity} are waiting already` });
      }
      let json: string;
      try {
        json = JSON.stringify({ key: randomUUID(), ...notification });
      } catch (error) {
        return Promise.resolve({ kind: 'given-up', reason: `it makes no JSON: ${String(error)}` });
      }
      return new Promise((settle) => {
        outbox.push({ type: notification.type, json, settle });
        if (!running) void drain();
      });
    },
    close() {
      stop.abort();
      for (const one of outbox.splice(0)) one.settle({ kind: 'given-up', reason: 'closed' });
    },
  };
}

/** The first that wait, as many as go into one request; one that is too large by itself goes alone. */
function nextBatch(outbox: readonly Waiting[]): readonly Waiting[] {
  let bytes = 0;
  const end = outbox.findIndex(({ json }, index) => {
    bytes += Buffer.byteLength(json) + 1;
    return index > 0 && (index >= batch.count || bytes > batch.bytes);
  });
  return end === -1 ? [...outbox] : outbox.slice(0, end);
}

function mayPass(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function publicationOf(status: number, answer: unknown, index: number): Publication {
  if (status !== 202) return { kind: 'refused', problem: { ...(answer as Partial<Problem>), status } };
  const refused = (answer as PublishAnswer).refused?.filter((refusal) => refusal.index === index) ?? [];
  return { kind: 'accepted', refused };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
