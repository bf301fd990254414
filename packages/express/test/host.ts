/** An Express application on a free port, and requests to it. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CommunicationServer, createCommunicationServer } from '@pollux/core/server';
import express5 from 'express';
import express4 from 'express4';

/** Both versions that are supported; their types differ more than they do. */
export const versions: readonly (readonly [name: string, express: typeof express5])[] = [
  ['Express 5', express5],
  ['Express 4', express4],
];

/** A host that listens. */
export interface Host extends AsyncDisposable {
  readonly url: string;
}

export async function startHost(app: RequestListener): Promise<Host> {
  const server = createServer(app);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function startCommunication(): CommunicationServer {
  return createCommunicationServer({ applications: { orders: {} } });
}

/** What a first poll sends. */
export const firstPoll = { applications: { orders: { cursor: null } } };

export function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: text });
}

export function notify(server: CommunicationServer, data: unknown, recipient = 'alice'): void {
  void server.application('orders').notify({ recipients: [recipient] }, { kind: 'direct', type: 'text', data });
}
