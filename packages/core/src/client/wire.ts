/** The client's end of the wire: writes requests, keeps session, sequence and token, reads what comes back. */

import { retryAfterMs } from '../protocol/back-off.ts';
import type { Advice, PollApplication, PollRequest } from '../protocol/types.ts';
import { type Answer, readJson } from './answer.ts';
import type { Unsent } from './application-feed.ts';
import { lastWordMs } from './bounds.ts';
import { type ClientContext, describeError } from './context.ts';
import { readBody, readEvents } from './stream.ts';

/** What a poll says besides whose and which it is. */
export interface Asked {
  readonly applications: Readonly<Record<string, Unsent<PollApplication>>>;
  readonly failed: PollRequest['failed'] | undefined;
  /** Where it is not the one that all of it goes by. */
  readonly session?: string | undefined;
}

/** What came back; status 0 and the reason as text where nothing did. */
export interface Outcome {
  readonly status: number;
  readonly text: string;
  /** From `Retry-After`, in milliseconds. */
  readonly floorMs: number;
}

/** Hears a stream while it lasts. */
export interface StreamHearer {
  /** Something came, be it a heartbeat. */
  heard(): void;
  /** An answer came. */
  take(text: string): void;
}

/** What a tab has to know to go on with the session of another. */
export interface WireState {
  /** The number of the latest request. */
  seq: number;
  /** As the last answer named it; without one, the next poll opens one. */
  session: string | undefined;
  /** What the server advised in this session. */
  advice: Advice;
  /** Nothing is asked before, whatever happens: the server said so. By the monotonic clock; told to another tab, from now. */
  notBeforeMs: number;
}

export interface Wire extends WireState {
  /** Without one, the next poll asks for one. */
  token: string | undefined;
  /** Goes on with the session that an answer names, by its advice. */
  adopt(answer: Answer): void;
  /** Sends a poll, as a stream where there is one to hear it; never rejects. */
  poll(asked: Asked, wait: number, signal: AbortSignal, hearer: StreamHearer | undefined): Promise<Outcome>;
  /** Acknowledges beside a stream; tells whether the server took it. */
  acknowledge(cursors: Readonly<Record<string, string>>): Promise<boolean>;
  /** Acknowledges, or without anything to say ends the session, even while the page goes away; never rejects. */
  lastWord(asked?: Asked, session?: string): Promise<void>;
}

export function createWire(context: ClientContext): Wire {
  const { options, clock, emit } = context;
  const { getToken, credentials = getToken ? 'omit' : 'same-origin' } = options;
  const base = options.url.replace(/\/+$/, '');

  const write = (asked: Asked, wait: number): string => {
    wire.seq++;
    const { session, seq } = wire;
    const request: Unsent<Omit<PollRequest, keyof Asked>> & Asked = { v: 1, session, seq, wait, ...asked };
    return JSON.stringify(request);
  };

  const settings = (method: string, body: string | null, accept = 'application/json'): RequestInit => ({
    method,
    body,
    headers: {
      accept,
      'content-type': 'application/json',
      ...(wire.token !== undefined && { authorization: `Bearer ${wire.token}` }),
    },
    credentials,
    cache: 'no-store',
    // A token is for this server and none that it names.
    redirect: 'error',
  });

  const wire: Wire = {
    seq: -1,
    session: undefined,
    advice: {},
    notBeforeMs: 0,
    token: undefined,
    adopt: ({ session, advice }) => {
      // Advice was for the session that is gone: its server will not take it back.
      wire.advice = { ...(session === wire.session && wire.advice), ...advice };
      wire.session = session;
      // Before others are told of it: whoever takes over waits, too.
      if (advice?.drain) wire.notBeforeMs = clock.monotonic() + context.random.next() * advice.drain * 1000;
    },
    poll: async (asked, wait, signal, hearer) => {
      const body = write(asked, wait);
      const { seq } = wire;
      const startedMs = clock.monotonic();
      emit({ kind: 'request', seq, wait, body });
      try {
        wire.token = wire.token ?? (await getToken?.());
        const init = settings('POST', body, hearer && 'text/event-stream');
        const response = await context.fetch(`${base}/poll`, { ...init, signal });
        const { status, headers } = response;
        const told = (text: string): void =>
          emit({ kind: 'answer', seq, status, durationMs: clock.monotonic() - startedMs, body: text });
        // A server without streams answers with a plain answer.
        if (hearer && status === 200 && headers.get('content-type')?.startsWith('text/event-stream')) {
          const heard = (): boolean => {
            if (!signal.aborted) hearer.heard();
            return !signal.aborted;
          };
          const end = await readEvents(response, heard, (text) => {
            // One piece may hold several, and the first may have ended it all.
            if (signal.aborted) return;
            told(text);
            hearer.take(text);
          });
          return concludeStream(wire, end);
        }
        const text = await readBody(response);
        if (!signal.aborted) told(text);
        return { status, text, floorMs: retryAfterMs(headers.get('retry-after')) };
      } catch (error) {
        return { status: 0, text: describeError(error), floorMs: 0 };
      }
    },
    acknowledge: async (applications) => {
      const body = JSON.stringify({ session: wire.session, applications });
      try {
        const { status } = await context.request(`${base}/ack`, settings('POST', body), lastWordMs);
        return status === 204;
      } catch {
        return false;
      }
    },
    lastWord: async (asked, session = wire.session) => {
      if (session === undefined) return;
      const path = asked ? '/poll' : `/session/${encodeURIComponent(session)}`;
      const init = asked ? settings('POST', write(asked, 0)) : settings('DELETE', null);
      await context.request(base + path, { ...init, keepalive: true }, lastWordMs).catch(() => undefined);
    },
  };
  return wire;
}

/** What the end of a stream would be as the answer to a poll. */
function concludeStream(wire: Wire, end: string): Outcome {
  const { reason, drainSeconds: drain } = readJson<'reason' | 'drainSeconds'>(end);
  // The credential was over, or the user was logged out; the next request says what holds now.
  if (reason === 'expired' || reason === 'disconnected') wire.token = undefined;
  const status = end === '' || reason === 'failed' ? 0 : reason === 'superseded' ? 409 : 200;
  const text = status === 200 ? JSON.stringify({ session: wire.session, advice: drain && { drain } }) : 'stream cut';
  return { status, text, floorMs: 0 };
}
