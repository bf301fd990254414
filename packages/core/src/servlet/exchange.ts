/**
 * One HTTP request and its answer, as adapters present it. An adapter turns its runtime's request into this and adds
 * nothing to the meaning. It MUST cancel what is `held` when the client goes before `respond` was called (where its
 * runtime tells), at once where the client had gone before it is set, and MUST NOT after.
 */
import type { MaybePromise } from '../buffer/message-buffer.ts';
import type { HeldPoll } from '../server/communication-server.ts';

/** A body as text, as bytes where it is no UTF-8, or why there is none. */
export type BodyOutcome =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'not-utf8'; readonly bytes: Uint8Array }
  | { readonly kind: 'aborted' };

/** A whole answer; `body` is UTF-8 text, empty for 204. */
export interface Answer {
  readonly status: number;
  /** Names (lower case) and values in turn, without `content-length`: the adapter adds it. */
  readonly headers: readonly string[];
  readonly body: string;
  /** The body is known to be all ASCII: it takes as many bytes as characters. @default false */
  readonly isAscii?: boolean | undefined;
}

/** An answer whose body comes in pieces. */
export interface OpenAnswer {
  /** Sends text at once, without gathering it. */
  write(text: string): void;
  /** Ends the body in an orderly way, after all that was written. */
  end(): void;
  /** Drops the connection with what is unsent. */
  cut(): void;
  /**
   * Bytes written that the connection has not taken. MUST come down with what it takes, and not only when it has taken all: by
   * that a slow reader is known from one that does not read.
   */
  readonly buffered: number;
  /** Called whenever `buffered` has come down to nothing. */
  onDrain: (() => void) | undefined;
}

export interface Exchange {
  /** In upper case. */
  readonly method: string;
  /** Path and query as they stood in the request line. */
  readonly target: string;
  /** A request header by its lower-case name; repeated ones joined by `, `. */
  header(name: string): string | undefined;
  /** The names of all request headers, in lower case. */
  headerNames(): Iterable<string>;
  /** Reads the body, refusing more than `maxBytes` while reading. Called at most once. */
  readBody(maxBytes: number): MaybePromise<BodyOutcome>;
  /** Sends the answer; called exactly once unless the client has gone. */
  respond(answer: Answer): void;
  /** Begins an answer whose body comes in pieces, instead of `respond`; head and first piece go out at once. */
  open(head: { readonly status: number; readonly headers: readonly string[] }): OpenAnswer;
  /** The poll or stream that waits for its answer; set by the servlet while there is one. */
  held: HeldPoll | undefined;
  /** The runtime's own request, for `authenticate` callbacks that need it (a session, a socket). */
  readonly native: unknown;
}
