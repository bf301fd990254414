import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type PageFile, readPageFiles } from './page-files.ts';
import type { PageConfiguration, PortalSettings } from './portal-settings.ts';

export interface PortalOptions extends PortalSettings {
  /** Where the built page lies. */
  readonly folder: string;
}

export interface Portal {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the page; rejects where it was not built or the address is taken. */
export async function listenPortal(options: PortalOptions): Promise<Portal> {
  const files = readPageFiles(options.folder);
  const headers = securityHeaders(options.configuration);
  const configuration: PageFile = {
    body: Buffer.from(JSON.stringify(options.configuration)),
    type: 'application/json',
    immutable: false,
  };
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    if (request.headers.host === `localhost:${port}` && options.host === '127.0.0.1') {
      // The page's origin is what the servers allow: the same place under another name would be refused by all of them.
      response.writeHead(308, { location: `http://127.0.0.1:${port}${(request.url ?? '/').replace(/^\/+/, '/')}` }).end();
      return;
    }
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (path === '/health') respond(request, response, headers, { ...configuration, body: Buffer.from('{"status":"ok"}') });
    else respond(request, response, headers, path === '/config.json' ? configuration : files.get(path));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    url: `http://${options.host}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function respond(
  request: IncomingMessage,
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  file: PageFile | undefined,
): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { ...headers, allow: 'GET, HEAD' }).end();
    return;
  }
  if (!file) {
    response.writeHead(404, { ...headers, 'content-type': 'text/plain; charset=utf-8' }).end('There is nothing here.\n');
    return;
  }
  response.writeHead(200, {
    ...headers,
    'content-type': file.type,
    'content-length': file.body.length,
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  response.end(request.method === 'HEAD' ? undefined : file.body);
}

function securityHeaders(configuration: PageConfiguration): Readonly<Record<string, string>> {
  const servers = [...new Set(Object.values(configuration).map((address: string) => new URL(address).origin))];
  return {
    'content-security-policy': [
      "default-src 'self'",
      `connect-src 'self' ${servers.join(' ')}`,
      "img-src 'self' data:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  };
}
