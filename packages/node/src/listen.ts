import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CommunicationServer, ServletOptions } from '@pollux/core/server';
import { type Server as AnyServer, noteAnswer, trackConnections } from './connections.ts';
import { prepareGracefulEnd } from './graceful-end.ts';
import { createNodeHandler } from './handler.ts';
import { closeIdleConnections } from './idle-connections.ts';
import { DirectRequest } from './read-body.ts';

export interface ListenOptions extends ServletOptions {
  /** @default 0: any free port */
  readonly port?: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** Answers requests outside the base path. @default 404 */
  readonly fallback?: (request: IncomingMessage, response: ServerResponse) => void;
}

/** A server that listens. */
export interface Listening extends AsyncDisposable {
  /** With the base path, for clients: `http://127.0.0.1:4100/pollux`. */
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /**
   * Graceful end: the communication server answers its held polls, saying `Connection: close`, then the connections are
   * closed, none of them reset unless its client takes more than 2 s. Idempotent.
   */
  close(options?: Parameters<CommunicationServer['close']>[0]): Promise<void>;
}

/** Time-outs of the design, section 4, in milliseconds. */
const headersTimeoutMs = 15_000;
const bodyTimeoutMs = 30_000;
/** Longer than balancers keep theirs, so that no request meets a connection that is just being closed. */
const keepAliveMs = 75_000;
const checkingIntervalMs = 5_000;
const maxHeaderBytes = 16_384;

/** Milliseconds that connections get to take their last answers at a graceful end. */
const patienceMs = 2_000;

/** Sets the time-outs and limits of the design on a server made elsewhere. */
export function applyServerLimits(server: AnyServer): void {
  server.headersTimeout = headersTimeoutMs;
  server.requestTimeout = bodyTimeoutMs;
  closeIdleConnections(server, keepAliveMs);
}

/** Serves a communication server on a port of its own; rejects where the port cannot be had. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const handle = createNodeHandler(options);
  const { port = 0, host = '127.0.0.1', fallback = notFound } = options;
  const server = createServer({
    IncomingMessage: DirectRequest,
    connectionsCheckingInterval: checkingIntervalMs,
    maxHeaderSize: maxHeaderBytes,
  });
  trackConnections(server);
  server.on('request', (request, response) => {
    noteAnswer(request, response);
    if (!handle(request, response)) fallback(request, response);
  });
  applyServerLimits(server);
  const end = prepareGracefulEnd(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // Many clients come back at once after a restart.
    server.listen({ port, host, backlog: 4096 }, resolve);
  });
  const address = server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  let closing: Promise<void> | undefined;
  const close: Listening['close'] = (drain) => {
    closing ??= end(() => options.server.close(drain), patienceMs).then(() => undefined);
    return closing;
  };
  return {
    url: `http://${shown}:${address.port}${options.basePath ?? '/pollux'}`,
    port: address.port,
    server,
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}

function notFound(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(404, ['content-type', 'text/plain; charset=utf-8', 'content-length', '10']).end('Not found\n');
}
