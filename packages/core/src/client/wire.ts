/** The client's end of the wire: writes requests, keeps session, sequence and token, reads what comes back. */
import type { PollRequest } from '../protocol/types.ts';
import { readBody } from './answer.ts';
import { retryAfterMs } from './back-off.ts';
import type { CommunicationClientOptions } from './communication-client.ts';
import { type ClientContext, describeError } from './context.ts';

/** What a poll says besides whose and which it is. */
export type Asked = Pick<PollRequest, 'applications' | 'failed'>;

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
  /** Acknowledges without waiting for an answer, even while the page goes away. */
  acknowledge(asked: Asked): Promise<unknown>;
  /** Ends the session, even while the page goes away. */
  goodbye(): Promise<unknown>;
}

/** Milliseconds that a last word may take. */
const lastWordMs = 5000;

export function createWire(options: CommunicationClientOptions, context: ClientContext): Wire {
  const { clock, emit } = context;
  const base = options.url.replace(/\/+$/, '');
  let session: string | undefined;
  let seq = -1;
  let token: string | undefined;

  const write = (asked: Asked, wait: number): string => {
    seq++;
    const request: PollRequest = { v: 1, ...(session !== undefined && { session }), seq, wait, ...asked };
    return JSON.stringify(request);
  };

  const settings = (method: string): RequestInit & { headers: Record<string, string> } => ({
    method,
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    credentials: options.credentials ?? (options.getToken ? 'omit' : 'same-origin'),
    cache: 'no-store',
    // A token is for this server and none that it names.
    redirect: 'error',
  });

  const lastWord = async (path: string, init: RequestInit): Promise<void> =>
    context.request(`${base}${path}`, { ...init, keepalive: true }, lastWordMs).then(
      () => undefined,
      () => undefined,
    );

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
      return what === 'session' || options.getToken !== undefined;
    },
    poll: async (asked, wait, signal) => {
      const body = write(asked, wait);
      const number = seq;
      const startedMs = clock.monotonic();
      emit({ kind: 'request', seq: number, wait, body });
      try {
        token = token ?? (await options.getToken?.());
        const response = await context.fetch(`${base}/poll`, { ...settings('POST'), body, signal });
        const text = await readBody(response);
        const { status } = response;
        if (!signal.aborted) emit({ kind: 'answer', seq: number, status, durationMs: clock.monotonic() - startedMs, body: text });
        return { status, text, floorMs: retryAfterMs(response.headers.get('retry-after'), clock.now()) };
      } catch (error) {
        return { status: 0, text: describeError(error), floorMs: 0 };
      }
    },
    acknowledge: (asked) => lastWord('/poll', { ...settings('POST'), body: write(asked, 0) }),
    goodbye: async () => session !== undefined && lastWord(`/session/${encodeURIComponent(session)}`, settings('DELETE')),
  };
}
