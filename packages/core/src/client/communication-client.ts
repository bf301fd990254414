/** What the communication client offers a page, or any other JavaScript program. */
import type { ApplicationContract } from '../contract/application-contract.ts';
import type { ContractClient } from '../contract/contract-client.ts';
import type { Clock, Random } from '../protocol/environment.ts';
import type { Advice, Gap } from '../protocol/types.ts';
import type { ApplicationClient, ApplicationClientOptions, ApplicationStatus } from './application-client.ts';

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
   * takes Web Locks (a secure context) and BroadcastChannel; without them each tab polls by itself. @default true
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

export interface CommunicationClient {
  readonly state: ClientState;
  /** Told the present state at once, then every change; returns the way to stop. */
  onState(listener: (state: ClientState) => void): () => void;
  /**
   * The application's client, by its name; the same one for the same name, with the options of the first call. Joins the
   * poll at once, at any time. Throws where `fetchTargets` has an entry that is none.
   */
  application(name: string, options?: ApplicationClientOptions): ApplicationClient;
  /**
   * The same by the application's contract: types and payloads are known to the compiler, and the paths of `fetch` types,
   * up to their first parameter, are targets of fetches unless `fetchTargets` says other.
   */
  application<Contract extends ApplicationContract>(
    contract: Contract,
    options?: ApplicationClientOptions,
  ): ContractClient<Contract>;
  /** Begins to poll; it also begins by itself with the first application. */
  start(): void;
  /** Acknowledges what was handled, says goodbye and stops for good. Never rejects; a second call gets the same promise. */
  close(): Promise<void>;
}
