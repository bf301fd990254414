/** What the basic communication client offers: one tab, long polls, both kinds of message. */
import type { DirectMessage, FetchMessage, Gap } from '../../protocol/types.ts';

export interface BasicClientOptions {
  /** The communication server's base, e.g. `https://example.com/pollux` or `/pollux`. */
  readonly url: string;
  /** Called before the first request, and again after a 401: the token sent as `Authorization: Bearer …`. */
  readonly getToken?: () => string | PromiseLike<string>;
  /** @default 'omit' with `getToken`, else 'same-origin' */
  readonly credentials?: RequestCredentials;
  /** @default globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch;
  /** Told what went wrong: a request, a handler, a refused application. It may come again by itself. */
  readonly onError?: (reason: string, application?: string) => void;
}

export interface BasicApplicationOptions {
  /** What `fetch` messages may name, as in the full client. @default [] (nothing is fetched) */
  readonly fetchTargets?: readonly string[];
  /** Credentials of fetches. @default 'omit' */
  readonly fetchCredentials?: RequestCredentials;
}

/**
 * One application's handlers. They run one after another, in the order in which its messages were accepted; a handler may
 * return a promise. The next poll goes out when all applications are done with the last answer, which it acknowledges:
 * a handler that takes long holds up all of them, for 30 s at most, and so does the random wait (`spread`) of a fetch, for a
 * minute. One that throws or takes longer is reported to the server as failed. A type that nobody handles counts as handled.
 */
export interface BasicApplication {
  /** Handles `direct` messages of a type. One handler for each type. */
  on(type: string, handler: (message: DirectMessage) => unknown): BasicApplication;
  /** Handles `fetch` messages of a type, with the response of the application's own server, whatever its status. */
  onFetch(type: string, handler: (response: Response, message: FetchMessage) => unknown): BasicApplication;
  /** Runs before the messages that follow a loss. */
  onGap(handler: (gap: Gap) => unknown): BasicApplication;
}

export interface BasicClient {
  /** Joins the poll, which begins with the first application; the same one for the same name. */
  application(name: string, options?: BasicApplicationOptions): BasicApplication;
  /** Stops, and says goodbye to the server. What was not handled is there at the next start. */
  close(): Promise<void>;
}
