/** What a communication client offers for one application. */
import type { DirectMessage, FetchMessage, Gap } from '../protocol/types.ts';
import type { Check } from './check.ts';

export interface ApplicationStatus {
  /** `'refused'`: the server answered this application with an error; `detail` says why. */
  readonly state: 'pending' | 'active' | 'refused';
  readonly detail?: string;
}

/**
 * What a fetch handler gets: the instruction and the response of the application's own server. Network errors, 429 and 5xx
 * never come here: they are tried again, and reported as failed in the end. Any other status does: look at `response.ok`.
 */
export interface Fetched {
  /** The newest of the messages that this fetch serves. */
  readonly message: FetchMessage;
  readonly response: Response;
  /** The body of a 2xx response read as JSON; `undefined` where it is none. */
  readonly data: unknown;
}

export interface ApplicationClientOptions {
  /**
   * What `fetch` messages of this application may name: origins (`https://orders.example`), parts of them
   * (`https://example.com/orders`), and absolute paths of the page's own origin (`/api/orders`; `/` for all of it). A
   * message that names anything else is reported as failed and not fetched. @default [] (nothing is fetched)
   */
  readonly fetchTargets?: readonly string[];
  /** Credentials of fetches. @default 'omit' */
  readonly fetchCredentials?: RequestCredentials;
  /** Extra headers for fetches, only ever sent to registered targets. */
  readonly fetchHeaders?: () => Record<string, string> | Promise<Record<string, string>>;
  /** Seconds that this application's messages may wait before they alone end a held poll. */
  readonly maxDelay?: number;
  /** At the first poll: how many of the newest group and everyone messages to start with. @default 0 */
  readonly last?: number;
  /**
   * Which of the tabs that share a connection handle a message: each one that has the application, or one of them (a
   * ring tone that shall sound once): the oldest, until it goes. @default 'every-tab'
   */
  readonly deliver?: 'every-tab' | 'one-tab';
  /**
   * When a message is acknowledged: once its handlers are done with it (or failed for good), or as soon as it arrived;
   * then a page that goes meanwhile loses it. @default 'handled'
   */
  readonly acknowledge?: 'received' | 'handled';
  /** Seconds that a handler may take for one message, its repetitions included. @default 30 */
  readonly deadline?: number;
  /**
   * Looks at a message before its handlers do: at the `data` of a `direct` one, and at what was fetched for a `fetch`
   * one. What it returns says what is wrong: the message is then not handled but reported as failed.
   */
  readonly check?: Check;
}

/** A message that was given up: its handler, its fetch or its check failed for good. */
export interface Failure {
  /** The message's id; `'gap'` where the handler was one for gaps. */
  readonly id: string;
  readonly reason: string;
}

/**
 * One application's part of the communication client.
 *
 * Its handlers run one at a time, in the order in which its messages were accepted; other applications are not held up.
 * A handler may return a promise: handled means settled. One that throws is called again after 0.25 s and after 1 s; one
 * that still throws, or is not done by the `deadline`, is reported to the server as failed, and the next message
 * has its turn. A `fetch` message's random wait (`spread`) and its fetch are part of its turn.
 *
 * A type that nobody handles waits 10 s for a handler, once; then its messages count as handled.
 *
 * With 100 messages unhandled the application is left out of polls until half of them are handled (but named every 5 s);
 * the server keeps the rest, by its own bounds.
 */
export interface ApplicationClient {
  readonly name: string;
  /** Handles `direct` messages of a type; returns the way to stop. */
  on<Data = unknown>(type: string, handler: (message: DirectMessage & { readonly data: Data }) => unknown): () => void;
  /** Handles `fetch` messages of a type, after the fetch; returns the way to stop. */
  onFetch(type: string, handler: (fetched: Fetched) => unknown): () => void;
  /** Runs before any message that follows a loss: reload what this application shows. */
  onGap(handler: (gap: Gap) => unknown): () => void;
  /** Told the id of a message that no longer holds, unless no handler had seen that one yet. */
  onWithdrawn(handler: (of: string) => unknown): () => void;
  /** Told of each message that was given up, after it was reported to the server. */
  onError(handler: (failure: Failure) => unknown): () => void;
  /** Told the present status at once, then every change. */
  onStatus(handler: (status: ApplicationStatus) => void): () => void;
  /**
   * Leaves the poll. What was handled is acknowledged, what no handler has begun stays with the server; joining again goes on
   * from there.
   */
  close(): void;
}
