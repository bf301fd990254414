/**
 * The reference peer without sockets: a request in, an answer out, over the servlet's own `Exchange`. It reads bodies as
 * an adapter has to (bytes counted while reading, UTF-8 strictly) and cuts an exchange when its signal aborts.
 */
import type { Answer, BodyOutcome, Exchange } from '../servlet/exchange.ts';
import type { Servlet } from '../servlet/servlet.ts';
import { createLoopbackStream } from './loopback-stream.ts';

export interface LoopbackRequest {
  /** @default 'GET' */
  readonly method?: string;
  /** Path and query, as a request line would have them. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  /** Aborting it is the client's hanging up. */
  readonly signal?: AbortSignal | undefined;
}

/** An answer as it begins: its body whole, or in pieces. */
export interface LoopbackAnswer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string | ReadableStream<Uint8Array>;
}

export interface Loopback {
  /** Sends one request; a streamed answer is given when it has ended. @throws the signal's reason where it aborts first */
  send(request: LoopbackRequest): Promise<Answer>;
  /** As `fetch` of the platform; only path and query of the address count. */
  readonly fetch: typeof fetch;
  /** Sends a request as text, head and body, and gives the answer as text; for targets that `fetch` would change. */
  raw(text: string): Promise<string>;
  /** Requests that have been sent and not answered. */
  readonly open: number;
}

function readText(body: string | Uint8Array | undefined, maxBytes: number): BodyOutcome {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : (body ?? new Uint8Array());
  if (bytes.byteLength > maxBytes) return { kind: 'too-large' };
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { kind: 'not-utf8', bytes };
  }
}

type Begin = (answer: LoopbackAnswer) => void;

function makeExchange(request: LoopbackRequest, begin: Begin, onStream: (drop: (reason: unknown) => void) => void): Exchange {
  const headers = new Map(Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  const exchange: Exchange = {
    method: request.method ?? 'GET',
    target: request.target,
    header: (name) => headers.get(name),
    headerNames: () => headers.keys(),
    readBody: async (maxBytes) => (request.signal?.aborted ? { kind: 'aborted' } : readText(request.body, maxBytes)),
    respond: begin,
    open: (head) => {
      const stream = createLoopbackStream(() => exchange.held?.cancel());
      onStream(stream.drop);
      begin({ ...head, body: stream.body });
      return stream.answer;
    },
    held: undefined,
    native: request,
  };
  return exchange;
}

function sendThrough(servlet: Servlet, request: LoopbackRequest): Promise<LoopbackAnswer> {
  const { signal } = request;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    let isDone = false;
    let drop: ((reason: unknown) => void) | undefined;
    const cut = (): void => {
      isDone = true;
      exchange.held?.cancel();
      drop?.(signal?.reason);
      reject(signal?.reason);
    };
    const begin: Begin = (answer) => {
      if (isDone) return reject(new Error('a second answer to one request, or one after its client had gone'));
      isDone = true;
      if (typeof answer.body === 'string') signal?.removeEventListener('abort', cut);
      resolve(answer);
    };
    const exchange = makeExchange(request, begin, (made) => {
      drop = made;
    });
    signal?.addEventListener('abort', cut, { once: true });
    servlet.handle(exchange);
  });
}

/** The flat list of an answer's headers as pairs. */
export function headerPairs({ headers }: Pick<Answer, 'headers'>): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) pairs.push([headers[i] ?? '', headers[i + 1] ?? '']);
  return pairs;
}

function toResponse(answer: LoopbackAnswer, method: string): Response {
  const bodyless = method === 'HEAD' || answer.status === 204 || answer.status === 304;
  return new Response(bodyless ? null : answer.body, { status: answer.status, headers: headerPairs(answer) });
}

/** Reads a request written as text; the target is whatever stands between the first two spaces. */
export function parseRawRequest(text: string): LoopbackRequest {
  const end = text.indexOf('\r\n\r\n');
  const [line = '', ...fields] = text.slice(0, end < 0 ? text.length : end).split('\r\n');
  const [method = '', target = ''] = line.split(' ');
  const headers: Record<string, string> = {};
  for (const field of fields)
    headers[field.slice(0, field.indexOf(':')).toLowerCase()] = field.slice(field.indexOf(':') + 1).trim();
  return { method, target, headers, body: end < 0 ? '' : text.slice(end + 4) };
}

/** What `fetch` is called with, as a request line, headers and body. */
async function toLoopbackRequest(input: string | URL | Request, init: RequestInit | undefined): Promise<LoopbackRequest> {
  const request = new Request(input instanceof Request ? input : new URL(String(input), 'http://loopback'), init);
  const { pathname, search } = new URL(request.url);
  const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
  const headers: Record<string, string> = { host: 'loopback', ...Object.fromEntries(request.headers) };
  // A `Request` may drop what only a browser may set; a test sets it all the same.
  for (const [name, value] of new Headers(init?.headers)) headers[name] = value;
  return { method: request.method, target: pathname + search, headers, body, signal: request.signal };
}

/** Makes the peer of a servlet. */
export function createLoopback(servlet: Servlet): Loopback {
  let open = 0;
  const begin = (request: LoopbackRequest): Promise<LoopbackAnswer> => {
    open++;
    return sendThrough(servlet, request).finally(() => open--);
  };
  const send = async (request: LoopbackRequest): Promise<Answer> => {
    const { status, headers, body } = await begin(request);
    return { status, headers, body: typeof body === 'string' ? body : await new Response(body).text() };
  };
  return {
    send,
    fetch: async (input, init) => {
      const request = await toLoopbackRequest(input, init);
      return toResponse(await begin(request), request.method ?? 'GET');
    },
    raw: async (text) => {
      const answer = await send(parseRawRequest(text));
      const head = headerPairs(answer).map(([name, value]) => `${name}: ${value}\r\n`);
      return `HTTP/1.1 ${answer.status} \r\n${head.join('')}\r\n${answer.body}`;
    },
    get open() {
      return open;
    },
  };
}
