/** A small JSON server over `node:http`: routes, exact-origin CORS, bounded bodies, problem documents. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a route sees it. */
export interface Call {
  /** What the path's `:names` stand for, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The parsed JSON body, `undefined` where none came. */
  readonly body: unknown;
}

/** What a route answers: a JSON value, with 200 unless it says otherwise. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json: unknown;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** A path such as `/api/orders/:id`. */
  readonly path: string;
  readonly handle: (call: Call) => Reply | Promise<Reply>;
}

export interface JsonServerOptions {
  readonly host: string;
  readonly port: number;
  /** The one web origin that may call from a browser, compared exactly. */
  readonly origin: string;
  readonly routes: readonly Route[];
}

export interface JsonServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Thrown by a route where the request asks for something that is not there or not possible. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, title: string) {
    super(title);
    this.status = status;
  }
}

const bodyBytes = 16_384;

/** Listens; rejects where the address is taken. */
export async function listenJson(options: JsonServerOptions): Promise<JsonServer> {
  const server = createServer((request, response) => {
    answer(options, request).then(
      (reply) => send(options, request, response, reply),
      (error: unknown) => send(options, request, response, problemOf(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(options: JsonServerOptions, request: IncomingMessage): Promise<Reply> {
  const [path = '/', search = ''] = (request.url ?? '/').split('?', 2);
  if (request.method === 'OPTIONS') return { status: 204, json: undefined };
  // A page of another origin cannot read an answer, but a POST would still act: refuse it before.
  const { origin } = request.headers;
  if (origin !== undefined && origin !== options.origin) throw new Refusal(403, `Requests from ${origin} are not allowed`);
  const matching = options.routes.flatMap((route) => {
    const params = match(route.path, path);
    return params ? [{ route, params }] : [];
  });
  if (matching.length === 0) throw new Refusal(404, `There is nothing at ${path}`);
  const found = matching.find(({ route }) => route.method === request.method);
  if (!found) throw new Refusal(405, `${request.method} is not offered here`);
  const body = request.method === 'POST' ? await readJson(request) : undefined;
  return found.route.handle({ params: found.params, query: new URLSearchParams(search), body });
}

function match(pattern: string, path: string): Record<string, string> | undefined {
  const names = pattern.split('/');
  const parts = path.split('/');
  if (names.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const part = parts[index] ?? '';
    if (!name.startsWith(':')) {
      if (name !== part) return undefined;
    } else if (/^[\w.~-]+$/.test(part)) {
      params[name.slice(1)] = part;
    } else {
      return undefined;
    }
  }
  return params;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytes) throw new Refusal(413, `The body is larger than ${bodyBytes} bytes`);
    chunks.push(chunk);
  }
  if (bytes === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refusal(400, 'The body is not valid JSON');
  }
}

function problemOf(error: unknown): Reply {
  const known = error instanceof Refusal;
  const status = known ? error.status : 500;
  if (!known) process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return {
    status,
    headers: { 'content-type': 'application/problem+json' },
    json: { title: known ? error.message : 'The server failed', status },
  };
}

function send(options: JsonServerOptions, request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const body = reply.json === undefined ? '' : JSON.stringify(reply.json);
  response.writeHead(reply.status ?? 200, {
    ...(body ? { 'content-type': 'application/json' } : {}),
    'cache-control': 'no-store',
    vary: 'Origin',
    ...(request.headers.origin === options.origin ? corsHeaders(options.origin) : {}),
    ...reply.headers,
  });
  response.end(body);
}

function corsHeaders(origin: string): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'content-type',
    'access-control-expose-headers': 'etag',
    'access-control-max-age': '600',
  };
}
