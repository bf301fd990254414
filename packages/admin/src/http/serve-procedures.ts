import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { nameBytes } from '@pollux/core';
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http';
import type { AdminContext, AdminServices } from '../router/context.ts';
import { mostRecipients } from '../router/inputs.ts';
import { adminRouter } from '../router/router.ts';
import { readToken, writeToken } from './cookie.ts';
import { plainHeaders } from './headers.ts';

function isSecure(request: IncomingMessage, origins: readonly string[]): boolean {
  if ((request.socket as Partial<TLSSocket>).encrypted) return true;
  // Behind a proxy that ends TLS only the setting knows.
  const host = request.headers.host?.toLowerCase();
  return origins.some((origin) => origin.startsWith('https:') && new URL(origin).host === host);
}

/** Who calls, and what the call works with. */
export function contextOf(services: AdminServices, request: IncomingMessage, response: ServerResponse): AdminContext {
  const { options, sessions } = services;
  const token = readToken(request);
  const cookie = { path: options.basePath, secure: isSecure(request, options.origins) };
  return {
    ...services,
    token,
    user: token === undefined ? undefined : sessions.find(token),
    remote: request.socket.remoteAddress ?? '',
    setToken: (next) => {
      response.setHeader('set-cookie', writeToken(request, next, cookie));
    },
  };
}

/** Answers a call below `{base}trpc/`. */
export function serveProcedures(services: AdminServices, request: IncomingMessage, response: ServerResponse): void {
  const { basePath, server } = services.options;
  const path = (request.url ?? '').split('?', 1)[0]?.slice(`${basePath}trpc/`.length) ?? '';
  for (const [name, value] of Object.entries(plainHeaders)) response.setHeader(name, value);
  response.setHeader('cache-control', 'no-store');
  void nodeHTTPRequestHandler({
    router: adminRouter,
    req: request,
    res: response,
    path: decodePath(path),
    // A payload is JSON inside JSON, so its quotes may double it; so may those of the recipients' names.
    maxBodySize: 2 * (server.limits.messageBytes + mostRecipients * nameBytes) + 16_384,
    createContext: () => Promise.resolve(contextOf(services, request, response)),
  });
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
