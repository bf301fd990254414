/** Small answers of the hub's own routes; everything else is the servlet's. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ProblemCode, problem } from '@pollux/core';

const common = { 'cache-control': 'no-store, no-transform', 'x-content-type-options': 'nosniff' };

/** Sends a text. */
export function send(res: ServerResponse, status: number, type: string, body: string): void {
  res.writeHead(status, { ...common, 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** Sends a value as JSON. */
export function sendJson(res: ServerResponse, status: number, value: unknown): void {
  send(res, status, 'application/json', JSON.stringify(value));
}

/** Sends a problem document (RFC 9457). */
export function sendProblem(
  res: ServerResponse,
  code: ProblemCode,
  more: { readonly detail?: string; readonly field?: string } = {},
): void {
  const found = problem(code, more);
  send(res, found.status, 'application/problem+json', JSON.stringify(found));
}

/** The path of a request target, without its query; nothing is decoded. */
export function pathOf(req: IncomingMessage): string {
  const target = req.url ?? '/';
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
}

/** Reads a small body as text; `undefined` when it is larger than `maxBytes` or the client went away. */
export async function readSmallBody(req: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The name in a request's `Host`, without port and brackets. */
export function hostNameOf(req: IncomingMessage): string {
  return (req.headers.host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
