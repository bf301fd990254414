import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createServlet, type ServletOptions } from '@pollux/core/server';
import { NodeExchange } from './node-exchange.ts';

/** Answers a request under the base path and returns true, or returns false having touched nothing. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface NodeHandlerOptions {
  /**
   * How response headers are handed over. `'set-one-by-one'` is slower, and right behind middleware that wraps the
   * response. @default 'write-at-once'
   */
  readonly headers?: 'write-at-once' | 'set-one-by-one';
}

/** The exchange that came last on a connection; those before it that are not answered yet hang on it. */
const current: unique symbol = Symbol('current');
type Connection = Socket & { [current]?: NodeExchange | undefined };

/**
 * Binds a communication server to `node:http` or `node:https` servers that exist already. No web `Request` or
 * `Response` is built on the way.
 *
 * @throws TypeError for a base path or an origin that cannot be right
 */
export function createNodeHandler(options: ServletOptions, { headers = 'write-at-once' }: NodeHandlerOptions = {}): NodeHandler {
  const servlet = createServlet(options);
  const setsHeaders = headers === 'set-one-by-one';
  return (request, response) => {
    if (!servlet.matches(request.url ?? '')) return false;
    if (hasTwoHosts(request.rawHeaders)) {
      response.writeHead(400, ['connection', 'close', 'content-length', '0']).end();
      return true;
    }
    const exchange = new NodeExchange(request, response, setsHeaders);
    watchConnection(request.socket, exchange);
    servlet.handle(exchange);
    return true;
  };
}

/** One listener, shared by all, on each connection and not on each request: held polls come by the thousand. */
function watchConnection(socket: Connection, exchange: NodeExchange): void {
  if (!(current in socket)) socket.on('close', onClose);
  let before = socket[current];
  while (before?.isOver) before = before.before;
  exchange.before = before;
  socket[current] = exchange;
}

function onClose(this: Connection): void {
  let interrupted = this[current];
  this[current] = undefined;
  for (; interrupted !== undefined; interrupted = interrupted.before) interrupted.held?.cancel();
}

/** Two Host headers let a proxy and a server disagree about whom a request is for (RFC 9112, section 3.2). */
function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts > 1;
}
