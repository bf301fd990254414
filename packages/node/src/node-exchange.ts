import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer, BodyOutcome, Exchange, OpenAnswer } from '@pollux/core/server';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A request of `node:http` as the servlet sees it. A class because one is made for every request: its methods are
 * shared instead of closed over.
 */
export class NodeExchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly native: IncomingMessage;
  onDisconnect: (() => void) | undefined;
  readonly #response: ServerResponse;
  readonly #setsHeaders: boolean;

  constructor(request: IncomingMessage, response: ServerResponse, setsHeaders: boolean) {
    this.method = request.method ?? 'GET';
    this.target = request.url ?? '';
    this.native = request;
    this.onDisconnect = undefined;
    this.#response = response;
    this.#setsHeaders = setsHeaders;
  }

  header(name: string): string | undefined {
    const value = this.native.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  readBody(maxBytes: number): BodyOutcome | Promise<BodyOutcome> {
    return parsedBody(this.native, maxBytes) ?? readBody(this.native, maxBytes);
  }

  open({ status, headers }: Parameters<Exchange['open']>[0]): OpenAnswer {
    this.#begin(status, headers);
    return openAnswer(this.#response);
  }

  respond({ status, headers, body }: Answer): void {
    const response = this.#response;
    if (response.destroyed || response.headersSent) return;
    if (!this.native.complete) {
      // What the client still sends is not read: the connection cannot be used for another request.
      response.shouldKeepAlive = false;
    }
    if (status === 204) {
      this.#begin(status, headers);
      response.end();
      return;
    }
    this.#begin(status, [...headers, 'content-length', String(Buffer.byteLength(body))]);
    response.end(this.method === 'HEAD' ? undefined : body);
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

/** A streamed body on `node:http`. */
function openAnswer(response: ServerResponse): OpenAnswer {
  // A host's compression middleware holds pieces back until it is told to let go.
  const { flush } = response as { flush?: () => void };
  const answer: OpenAnswer = {
    write(text) {
      response.write(text);
      flush?.call(response);
    },
    end: () => void response.end(),
    cut: () => void response.destroy(),
    get buffered() {
      return response.writableLength;
    },
    onDrain: undefined,
  };
  response.on('drain', () => answer.onDrain?.());
  return answer;
}

/** What a body parser of the host made of the body, where one has read it already. */
function parsedBody(request: IncomingMessage, maxBytes: number): BodyOutcome | undefined {
  if (!request.readableEnded || !('body' in request)) return undefined;
  const { body } = request;
  if (Buffer.isBuffer(body)) return body.length > maxBytes ? { kind: 'too-large' } : decode(body);
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  return Buffer.byteLength(text) > maxBytes ? { kind: 'too-large' } : { kind: 'text', text };
}

function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyOutcome> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      request.pause();
      resolve({ kind: 'too-large' });
    });
    request.on('end', () => resolve(decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))));
    request.on('close', () => resolve({ kind: 'aborted' }));
  });
}

function decode(bytes: Buffer | undefined): BodyOutcome {
  if (bytes === undefined) return { kind: 'text', text: '' };
  try {
    return { kind: 'text', text: decoder.decode(bytes) };
  } catch {
    return { kind: 'not-utf8' };
  }
}
