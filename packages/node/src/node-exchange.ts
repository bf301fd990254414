import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer, BodyOutcome, Exchange, OpenAnswer } from '@pollux/core/server';
import { openAnswer } from './open-answer.ts';
import { parsedBody, readBody } from './read-body.ts';

/**
 * A request of `node:http` as the servlet sees it. A class because one is made for every request: its methods are
 * shared instead of closed over.
 */
export class NodeExchange implements Exchange {
  /** As it stands now: a host's router may put another in its place for as long as it goes on. */
  readonly target: string;
  readonly native: IncomingMessage;
  /** The one before it on its connection, where that was not answered yet: a client may send several in one go. */
  before: NodeExchange | undefined;
  #held: Exchange['held'];
  readonly #response: ServerResponse;
  readonly #setsHeaders: boolean;

  constructor(request: IncomingMessage, response: ServerResponse, setsHeaders: boolean) {
    this.target = request.url ?? '';
    this.native = request;
    this.before = undefined;
    this.#held = undefined;
    this.#response = response;
    this.#setsHeaders = setsHeaders;
  }

  get held(): Exchange['held'] {
    return this.#held;
  }

  set held(held: Exchange['held']) {
    // The client may have gone while it was found out who it is, or the host have answered: nothing tells of it a second time.
    if (this.isOver || this.native.socket.destroyed) held?.cancel();
    else this.#held = held;
  }

  /** Nothing more is to be written. */
  get isOver(): boolean {
    return this.#response.writableEnded || this.#response.destroyed;
  }

  get method(): string {
    return this.native.method ?? 'GET';
  }

  header(name: string): string | undefined {
    const value = this.native.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  headerNames(): Iterable<string> {
    return Object.keys(this.native.headers);
  }

  readBody(maxBytes: number): BodyOutcome | PromiseLike<BodyOutcome> {
    return parsedBody(this.native, maxBytes) ?? readBody(this.native, maxBytes);
  }

  open({ status, headers }: Parameters<Exchange['open']>[0]): OpenAnswer {
    const response = this.#response;
    // Answered by the host already: what is written goes nowhere.
    if (!response.destroyed && !response.headersSent) this.#begin(status, headers);
    // The host may end it as well, at a time of its own.
    response.on('close', () => this.#held?.cancel());
    return openAnswer(response);
  }

  respond({ status, headers, body, isAscii = false }: Answer): void {
    const response = this.#response;
    if (response.destroyed || response.headersSent) return;
    // What the client still sends is not read: the connection cannot be used for another request.
    if (!this.native.complete && hasBody(this.native)) response.shouldKeepAlive = false;
    // In HTTP/1.1 connections stay open unless told otherwise (RFC 9112, section 9.3): two headers less to write.
    else if (response.shouldKeepAlive && this.native.httpVersionMinor > 0) response.removeHeader('connection');
    if (status === 204) {
      this.#begin(status, headers);
      response.end();
      return;
    }
    // Counting has the body copied into one piece, which writing it does once more.
    const bytes = isAscii ? body.length : Buffer.byteLength(body);
    this.#begin(status, [...headers, 'content-length', String(bytes)]);
    if (this.method === 'HEAD') response.end();
    // As many bytes as characters: all of it is ASCII, which is written without being encoded.
    else response.end(body, bytes === body.length ? 'latin1' : 'utf8');
  }

  #begin(status: number, headers: readonly string[]): void {
    const response = this.#response;
    if (!this.#setsHeaders) {
      response.writeHead(status, headers as string[]);
      return;
    }
    for (let i = 0; i + 1 < headers.length; i += 2) response.setHeader(headers[i] ?? '', headers[i + 1] ?? '');
    response.writeHead(status);
  }
}

/** A request without a body counts as incomplete as well for as long as it is told of. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
