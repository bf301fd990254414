import type { MaybePromise } from '../buffer/message-buffer.ts';
import type { Clock, Random } from '../protocol/environment.ts';
import type { ClientIdentity, CommunicationServer } from '../server/communication-server.ts';
import type { Exchange } from './exchange.ts';

/** What `authenticate` and `authorizePublisher` see of a request. */
export interface RequestView {
  readonly method: string;
  readonly target: string;
  header(name: string): string | undefined;
  /** The runtime's own request. */
  readonly native: unknown;
}

export interface ServletOptions {
  readonly server: CommunicationServer;
  /** Where the servlet answers. @default '/pollux' */
  readonly basePath?: string;
  /** Who polls. @default nobody: every poll gets 401 */
  readonly authenticate?: (request: RequestView) => MaybePromise<ClientIdentity | undefined>;
  /** Which applications the caller may publish for. @default none: every publish gets 401 */
  readonly authorizePublisher?: (request: RequestView) => MaybePromise<{ readonly applications: readonly string[] } | undefined>;
  /** Time and chance of tickets. @default the system's */
  readonly clock?: Clock;
  readonly random?: Random;
  /** Browser origins that may call, compared exactly; the server's own needs no entry. @default [] */
  readonly origins?: readonly string[];
}

/** The HTTP face of a communication server. */
export interface Servlet {
  readonly basePath: string;
  /** Whether a request target lies under the base path. */
  matches(target: string): boolean;
  /** Answers one request; never throws, never rejects. */
  handle(exchange: Exchange): void;
}
