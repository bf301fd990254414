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
  /**
   * The most that the client tries; it falls back by itself from a stream to long polls and from those to short polls,
   * where a proxy buffers the one or cuts the other, for 10 minutes. The server's advice to poll briefly binds it, too.
   * @default what the server advises, else 'long-poll'
   */
  readonly mode?: 'stream' | 'long-poll' | 'short-poll';
  /**
   * Whether the tabs of one browser share one connection, where they poll the same server for the same recipient. It
   * takes Web Locks (a secure context) and BroadcastChannel; without them each tab polls by itself. No effect yet: every tab
   * polls by itself. @default true
   */
  readonly tabs?: boolean;
  /** Least seconds between two short polls. @default 10, or what the server advises */
  readonly interval?: number;
  /** Most seconds to ask the server to hold a poll. @default what the server advises, at most 55 */
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
  | { readonly kind: 'state'; readonly state: ClientState; readonly retryInMs?: number | undefined }
  | { readonly kind: 'request'; readonly seq: number; readonly wait: number; readonly body: string }
  | { readonly kind: 'answer'; readonly seq: number; readonly status: number; readonly durationMs: number; readonly body: string }
  | { readonly kind: 'request-failed'; readonly seq: number; readonly reason: string; readonly retryInMs: number }
  | { readonly kind: 'advice'; readonly advice: Advice }
  | { readonly kind: 'handled'; readonly application: string; readonly id: string }
  /** A handler failed for good, or a fetch did; `id` is `'gap'` where the handler was one for gaps. */
  | { readonly kind: 'handler-failed'; readonly application: string; readonly id: string; readonly reason: string }
  /** Nobody handles this type; the message counts as handled. */
  | { readonly kind: 'unhandled'; readonly application: string; readonly id: string; readonly type: string }
  /** One attempt at a fetch was answered. */
  | { readonly kind: 'fetched'; readonly application: string; readonly href: string; readonly status: number }
  | { readonly kind: 'gap'; readonly application: string; readonly gap: Gap }
  | { readonly kind: 'application'; readonly application: string; readonly status: ApplicationStatus };

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
   * ring tone that shall sound once). No effect yet: every tab handles what it gets. @default 'every-tab'
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

/** Says what is wrong with a message's data, or nothing where all is well; a promise of either will do. */
export type Check = (message: DirectMessage | FetchMessage, data: unknown) => CheckResult | PromiseLike<CheckResult>;

export type CheckResult = string | undefined;

/** What a contract (`defineApplication`) says of an application, as far as the client needs it. */
export interface ApplicationContract {
  readonly name: string;
  /** By type. `path` of a `fetch` type, up to its first parameter, is a target of fetches unless `fetchTargets` says other. */
  readonly types: Readonly<Record<string, { readonly kind: 'direct' | 'fetch'; readonly path?: string }>>;
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
  /** Leaves the poll. What no handler has begun stays with the server; joining again goes on from there. */
  close(): void;
}

export interface CommunicationClient {
  readonly state: ClientState;
  /**
   * The application's client, by its name or its contract; the same one for the same name, with the options of the first
   * call. Joins the poll at once, at any time. Throws where `fetchTargets` has an entry that is none.
   */
  application(application: string | ApplicationContract, options?: ApplicationClientOptions): ApplicationClient;
  /** Begins to poll; it also begins by itself with the first application. */
  start(): void;
  /** Acknowledges what was handled, says goodbye and stops for good. Never rejects; a second call gets the same promise. */
  close(): Promise<void>;
}
