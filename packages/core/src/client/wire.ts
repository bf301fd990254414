/** The client's end of the wire: writes requests, keeps session, sequence and token, reads what comes back. */
import type { PollApplication, PollRequest } from '../protocol/types.ts';
import { readBody } from './answer.ts';
import type { Unsent } from './application-record.ts';
import { retryAfterMs } from './back-off.ts';
import type { CommunicationClientOptions } from './communication-client.ts';
import { type ClientContext, describeError } from './context.ts';

/** What a poll says besides whose and which it is. */
export interface Asked {
  readonly applications: Readonly<Record<string, Unsent<PollApplication>>>;
  readonly failed: PollRequest['failed'] | undefined;
}

/** What came back; status 0 and the reason as text where nothing did. */
export interface Outcome {
  readonly status: number;
  readonly text: string;
  /** From `Retry-After`, in milliseconds. */
  readonly floorMs: number;
}

export interface Wire {
  /** The number of the latest request. */
  readonly seq: number;
  readonly session: string | undefined;
  adopt(session: string): void;
  /** Asks for a fresh token, or a fresh session, with the next poll; tells whether there is a way to. */
  renew(what: 'token' | 'session'): boolean;
  /** Sends a poll; never rejects. */
  poll(asked: Asked, wait: number, signal: AbortSignal): Promise<Outcome>;
  /** Acknowledges, or without anything to say ends the session, even while the page goes away; never rejects. */
  lastWord(asked?: Asked): Promise<void>;
}

/** Milliseconds that a last word may take. */
const lastWordMs = 5000;

export function createWire(options: CommunicationClientOptions, context: ClientContext): Wire {
  const { clock, emit } = context;
  const { getToken, credentials = getToken ? 'omit' : 'same-origin' } = options;
  const base = options.url.replace(/\/+$/, '');
  let session: string | undefined;
  let seq = -1;
  let token: string | undefined;

  const write = (asked: Asked, wait: number): string => {
    seq++;
    const request: Unsent<Omit<PollRequest, keyof Asked>> & Asked = { v: 1, session, seq, wait, ...asked };
    return JSON.stringify(request);
  };

  const settings = (method: string, body: string | null): RequestInit => ({
    method,
    body,
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    credentials,
    cache: 'no-store',
    // A token is for this server and none that it names.
    redirect: 'error',
  });

  return {
    get seq() {
      return seq;
    },
    get session() {
      return session;
    },
    adopt: (opened) => {
      session = opened;
    },
    renew: (what) => {
      if (what === 'session') session = undefined;
      else token = undefined;
      return what === 'session' || getToken !== undefined;
    },
    poll: async (asked, wait, signal) => {
      const body = write(asked, wait);
      const number = seq;
      const startedMs = clock.monotonic();
      emit({ kind: 'request', seq: number, wait, body });
      try {
        token = token ?? (await getToken?.());
        const response = await context.fetch(`${base}/poll`, { ...settings('POST', body), signal });
        const text = await readBody(response);
        const { status } = response;
        if (!signal.aborted) emit({ kind: 'answer', seq: number, status, durationMs: clock.monotonic() - startedMs, body: text });
        return { status, text, floorMs: retryAfterMs(response.headers.get('retry-after'), clock.now()) };
      } catch (error) {
        return { status: 0, text: describeError(error), floorMs: 0 };
      }
    },
    lastWord: async (asked) => {
      if (session === undefined) return;
      const path = asked ? '/poll' : `/session/${encodeURIComponent(session)}`;
      const init = asked ? settings('POST', write(asked, 0)) : settings('DELETE', null);
      await context.request(base + path, { ...init, keepalive: true }, lastWordMs).catch(() => undefined);
    },
  };
}
