/** What the communication client offers a page, or any other JavaScript program. */
import type { Clock, Random } from '../protocol/environment.ts';
import type { Advice, DirectMessage, FetchMessage, Gap } from '../protocol/types.ts';

export interface CommunicationClientOptions {
  /** The communication server's base, e.g. `https://example.com/pollux` or `/pollux`. */
  readonly url: string;
  /**
   * Called before the first request, and again once after a 401: the token sent as `Authorization: Bearer …`. Leave it
   * out where the host knows the caller by its cookie.
   */
  readonly getToken?: () => string | Promise<string>;
  /** @default 'omit' with `getToken`, else 'same-origin' */
  readonly credentials?: RequestCredentials;
  /** @default 'long-poll' */
  readonly mode?: 'long-poll' | 'short-poll';
  /** Seconds between two short polls. @default 10 */
  readonly interval?: number;
  /** Seconds to ask the server to hold a poll. @default 25 */
  readonly wait?: number;
  /** @default globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Told of everything the client does; for wire panels, tests and logs. */
  readonly observe?: (event: ClientEvent) => void;
}

export type ClientState = 'idle' | 'connecting' | 'connected' | 'waiting' | 'offline' | 'stopped';

export type ClientEvent =
  | { readonly kind: 'state'; readonly state: ClientState; readonly retryInMs?: number }
  | { readonly kind: 'request'; readonly seq: number; readonly wait: number; readonly body: string }
  | { readonly kind: 'answer'; readonly seq: number; readonly status: number; readonly durationMs: number; readonly body: string }
  | { readonly kind: 'request-failed'; readonly seq: number; readonly reason: string; readonly retryInMs: number }
  | { readonly kind: 'advice'; readonly advice: Advice }
  | { readonly kind: 'handled'; readonly application: string; readonly id: string }
  | { readonly kind: 'handler-failed'; readonly application: string; readonly id: string; readonly reason: string }
  | { readonly kind: 'fetched'; readonly application: string; readonly href: string; readonly status: number }
  | { readonly kind: 'gap'; readonly application: string; readonly gap: Gap };

export interface ApplicationStatus {
  /** `'refused'`: the server answered this application with an error; `detail` says why. */
  readonly state: 'pending' | 'active' | 'refused';
  readonly detail?: string;
}

/** What a fetch handler gets: the instruction and the response of the application's own server. */
export interface Fetched {
  readonly message: FetchMessage;
  readonly response: Response;
}

export interface ApplicationClientOptions {
  /**
   * Origins (`https://orders.example`) and absolute paths that `fetch` messages of this application may name. A
   * message that names another is reported as failed and not fetched. @default [] (same origin only by path)
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
}

/** One application's part of the communication client. Handlers may return a promise: handled means settled. */
export interface ApplicationClient {
  readonly name: string;
  /** Handles `direct` messages of a type; returns the way to stop. */
  on<Data = unknown>(type: string, handler: (message: DirectMessage & { readonly data: Data }) => unknown): () => void;
  /** Handles `fetch` messages of a type, after the fetch; returns the way to stop. */
  onFetch(type: string, handler: (fetched: Fetched) => unknown): () => void;
  /** Runs before any message that follows a loss: reload what this application shows. */
  onGap(handler: (gap: Gap) => unknown): () => void;
  onWithdrawn(handler: (of: string) => unknown): () => void;
  onStatus(handler: (status: ApplicationStatus) => void): () => void;
  /** Leaves the poll. */
  close(): void;
}

export interface CommunicationClient {
  readonly state: ClientState;
  /** The application's client; the same one for the same name. Joins the poll at once, at any time. */
  application(name: string, options?: ApplicationClientOptions): ApplicationClient;
  /** Begins to poll; it also begins by itself with the first application. */
  start(): void;
  /** Says goodbye and stops for good. */
  close(): Promise<void>;
}
