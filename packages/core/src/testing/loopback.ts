/**
 * The reference peer without sockets: a request in, an answer out, over the servlet's own `Exchange`. It reads bodies as
 * an adapter has to (bytes counted while reading, UTF-8 strictly) and cuts an exchange when its signal aborts.
 */
import type { Answer, BodyOutcome, Exchange } from '../servlet/exchange.ts';
import type { Servlet } from '../servlet/servlet.ts';

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

export interface Loopback {
  /** Sends one request. @throws the signal's reason where it aborts first */
  send(request: LoopbackRequest): Promise<Answer>;
  /** As `fetch` of the platform; only path and query of the address count. */
  readonly fetch: typeof globalThis.fetch;
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
    return { kind: 'not-utf8' };
  }
}

function lowerCase(headers: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function makeExchange(request: LoopbackRequest, respond: (answer: Answer) => void): Exchange {
  const headers = lowerCase(request.headers ?? {});
  return {
    method: request.method ?? 'GET',
    target: request.target,
    header: (name) => headers.get(name),
    readBody: async (maxBytes) => (request.signal?.aborted ? { kind: 'aborted' } : readText(request.body, maxBytes)),
    respond,
    onDisconnect: undefined,
    native: request,
  };
}

function sendThrough(servlet: Servlet, request: LoopbackRequest): Promise<Answer> {
  const { signal } = request;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    let done = false;
    const cut = (): void => {
      done = true;
      exchange.onDisconnect?.();
      reject(signal?.reason);
    };
    const exchange = makeExchange(request, (answer) => {
      signal?.removeEventListener('abort', cut);
      if (done) return reject(new Error('a second answer to one request, or one after its client had gone'));
      done = true;
      resolve(answer);
    });
    signal?.addEventListener('abort', cut, { once: true });
    servlet.handle(exchange);
  });
}

/** The flat list of an answer's headers as pairs. */
export function headerPairs(answer: Answer): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < answer.headers.length; i += 2) pairs.push([answer.headers[i] ?? '', answer.headers[i + 1] ?? '']);
  return pairs;
}

async function toResponse(answer: Answer, method: string): Promise<Response> {
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

/** Makes the peer of a servlet. */
export function createLoopback(servlet: Servlet): Loopback {
  let open = 0;
  const send = (request: LoopbackRequest): Promise<Answer> => {
    open++;
    return sendThrough(servlet, request).finally(() => open--);
  };
  return {
    send,
    fetch: async (input, init) => {
      const request = new Request(input instanceof Request ? input : new URL(String(input), 'http://loopback'), init);
      const { pathname, search } = new URL(request.url);
      const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
      const headers: Record<string, string> = { host: 'loopback', ...Object.fromEntries(request.headers) };
      // A `Request` has no `Origin`: the browser adds it, and a test sets it in `init`.
      for (const [name, value] of new Headers(init?.headers)) headers[name] = value;
      const answer = await send({ method: request.method, target: pathname + search, headers, body, signal: request.signal });
      return toResponse(answer, request.method);
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
