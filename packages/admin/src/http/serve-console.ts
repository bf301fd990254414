import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ConsoleFile, type ConsoleFiles, renderIndex } from './console-files.ts';
import { answerText, plainHeaders } from './headers.ts';

function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function serveFile(file: ConsoleFile, request: IncomingMessage, response: ServerResponse): void {
  const brotli = file.brotli !== undefined && /\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const body = brotli && file.brotli ? file.brotli : file.body;
  response.writeHead(200, {
    ...plainHeaders,
    'content-type': file.type,
    'content-length': body.length,
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    ...(brotli ? { 'content-encoding': 'br' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function serveIndex(files: ConsoleFiles, base: string, request: IncomingMessage, response: ServerResponse): void {
  const nonce = randomBytes(16).toString('base64url');
  const body = Buffer.from(renderIndex(files.index, base, nonce));
  response.writeHead(200, {
    ...plainHeaders,
    'content-type': 'text/html; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
    'content-security-policy': policy(nonce),
    'cross-origin-opener-policy': 'same-origin',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Serves the built console below `base`: its files by exact name, its page for every other address without a dot. */
export function serveConsole(files: ConsoleFiles, base: string, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return answerText(response, 405, 'Only GET and HEAD are offered here.', { allow: 'GET, HEAD' });
  const path = (request.url ?? '').split('?', 1)[0]?.slice(base.length) ?? '';
  const file = files.file(path);
  if (file) return serveFile(file, request, response);
  // A missing asset must be a 404: a page in its place would be cached and read as a script.
  if (path.startsWith('assets/') || /\.[a-z0-9]{1,12}$/i.test(path))
    return answerText(response, 404, 'There is nothing at this address.');
  return serveIndex(files, base, request, response);
}
