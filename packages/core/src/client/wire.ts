/** The client's end of the wire: writes requests, keeps session, sequence and token, reads what comes back. */

import type { PollApplication, PollRequest } from '../protocol/types.ts';
import { readBody } from './answer.ts';
import type { Unsent } from './application-record.ts';
import { retryAfterMs } from './back-off.ts';
import { lastWordMs } from './bounds.ts';
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
  seq: number;
  /** As the last answer named it; without one, the next poll opens one. */
  session: string | undefined;
  /** Without one, the next poll asks for one. */
  token: string | undefined;
  /** Sends a poll; never rejects. */
  poll(asked: Asked, wait: number, signal: AbortSignal): Promise<Outcome>;
  /** Acknowledges, or without anything to say ends the session, even while the page goes away; never rejects. */
  lastWord(asked?: Asked): Promise<void>;
}

export function createWire(options: CommunicationClientOptions, context: ClientContext): Wire {
  const { clock, emit } = context;
  const { getToken, credentials = getToken ? 'omit' : 'same-origin' } = options;
  const base = options.url.replace(/\/+$/, '');

  const write = (asked: Asked, wait: number): string => {
    wire.seq++;
    const { session, seq } = wire;
    const request: Unsent<Omit<PollRequest, keyof Asked>> & Asked = { v: 1, session, seq, wait, ...asked };
    return JSON.stringify(request);
  };

  const settings = (method: string, body: string | null): RequestInit => ({
    method,
    body,
    headers: {
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
    token: undefined,
    poll: async (asked, wait, signal) => {
      const body = write(asked, wait);
      const { seq } = wire;
      const startedMs = clock.monotonic();
      emit({ kind: 'request', seq, wait, body });
      try {
        wire.token = wire.token ?? (await getToken?.());
        const response = await context.fetch(`${base}/poll`, { ...settings('POST', body), signal });
        const text = await readBody(response);
        const { status } = response;
        if (!signal.aborted) emit({ kind: 'answer', seq, status, durationMs: clock.monotonic() - startedMs, body: text });
        return { status, text, floorMs: retryAfterMs(response.headers.get('retry-after')) };
      } catch (error) {
        return { status: 0, text: describeError(error), floorMs: 0 };
      }
    },
    lastWord: async (asked) => {
      const { session } = wire;
      if (session === undefined) return;
      const path = asked ? '/poll' : `/session/${encodeURIComponent(session)}`;
      const init = asked ? settings('POST', write(asked, 0)) : settings('DELETE', null);
      await context.request(base + path, { ...init, keepalive: true }, lastWordMs).catch(() => undefined);
    },
  };
  return wire;
}
