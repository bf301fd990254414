/** The server behind the proxies: node:http with real tokens and keys, which notes the requests that reach it. */
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { authenticateTokens, authorizePublisherKeys, mintKey, signTokens } from '@pollux/auth';
import { type CommunicationServer, createCommunicationServer } from '@pollux/core/server';
import { applyServerLimits, createNodeHandler } from '@pollux/node';

export interface OriginServer extends AsyncDisposable {
  readonly port: number;
  readonly server: CommunicationServer;
  /** The publisher key of `orders`. */
  readonly key: string;
  readonly requests: { readonly url: string; readonly headers: IncomingHttpHeaders }[];
  token(recipient: string): Promise<string>;
  /** Publishes for one recipient, not through a proxy. */
  publish(recipient: string, data: unknown): Promise<void>;
}

export interface OriginParts {
  readonly listener?: (listener: RequestListener) => RequestListener;
  readonly http?: ServerOptions;
}

export async function openOriginServer(parts: OriginParts = {}): Promise<OriginServer> {
  const { key, fingerprint } = await mintKey();
  const { key: secret } = await mintKey();
  const sign = signTokens({ secret });
  const server = createCommunicationServer({
    applications: { orders: {} },
    limits: { holdSeconds: 20, holdSpreadSeconds: 0, heartbeatSeconds: 1 },
  });
  const handle = createNodeHandler({
    server,
    authenticate: authenticateTokens({ secret }),
    authorizePublisher: authorizePublisherKeys({ orders: [fingerprint] }),
  });
  const requests: { url: string; headers: IncomingHttpHeaders }[] = [];
  const listener: RequestListener = (request, response) => {
    requests.push({ url: request.url ?? '', headers: request.headers });
    if (!handle(request, response)) response.writeHead(404).end();
  };
  const http = createServer(parts.http ?? {}, parts.listener?.(listener) ?? listener);
  applyServerLimits(http);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    port: (http.address() as AddressInfo).port,
    server,
    key,
    requests,
    token: async (recipient) => (await sign({ recipient, ttl: 3600 })).token,
    publish: async (recipient, data) =>
      void (await server.application('orders').notify({ recipients: [recipient] }, { kind: 'direct', type: 'note', data })),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => http.close(resolve));
      await server.close({ drainSeconds: 0 });
      http.closeAllConnections();
      await closed;
    },
  };
}

/** Waits for something that comes by itself. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 2000) throw new Error('It never came to pass.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
