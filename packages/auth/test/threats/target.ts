/** A real node:http server with real tokens and keys, which a test can take a guard away from, from outside. */
import { createServer, type RequestListener, request, type Server, type ServerOptions } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Limits, Random } from '@pollux/core';
import type { ApplicationOptions, CommunicationServer, MessageBuffer, ServletOptions } from '@pollux/core/server';
import { vi } from 'vitest';
import { authenticateTokens, authorizePublisherKeys, mintKey, signTokens, type TokenClaims } from '../../src/index.ts';
import { secret } from '../tokens-by-hand.ts';

const core = fileURLToPath(new URL('../../../core/src/', import.meta.url));

/** How a target differs from a sound one: modules of core replaced, or its parts wrapped. */
export interface Parts {
  /** Exports to replace, by the module's path in core. */
  readonly modules?: Readonly<Record<string, (actual: Readonly<Record<string, never>>) => Readonly<Record<string, unknown>>>>;
  readonly buffer?: (buffer: MessageBuffer) => MessageBuffer;
  readonly server?: (server: CommunicationServer) => CommunicationServer;
  readonly servlet?: (options: ServletOptions) => ServletOptions;
  readonly listener?: (listener: RequestListener) => RequestListener;
  readonly http?: (server: Server) => void;
  readonly httpOptions?: ServerOptions;
  readonly random?: Random;
  readonly limits?: Partial<Limits>;
}

/** What a threat's target is like, guards or none. */
export interface Setting {
  readonly applications?: Readonly<Record<string, ApplicationOptions>>;
  readonly limits?: Partial<Limits>;
  readonly origins?: readonly string[];
  readonly authenticate?: ServletOptions['authenticate'];
  readonly authorizePublisher?: ServletOptions['authorizePublisher'];
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

export interface Asking {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

export interface Target extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly server: CommunicationServer;
  readonly http: Server;
  /** Keys of publishers, by application. */
  readonly keys: Readonly<Record<string, string>>;
  token(recipient: string, claims?: Partial<TokenClaims>): Promise<string>;
  /** Sends a request over a connection of its own; a body that is no text or bytes goes as JSON. */
  send(method: string, path: string, asking?: Asking): Promise<Reply>;
  /** Polls as a recipient. */
  poll(recipient: string, body: object, asking?: Asking): Promise<Reply>;
  /** Publishes by HTTP with the application's own key. */
  publish(application: string, notifications: unknown, asking?: Asking): Promise<Reply>;
  /** Sends bytes over a connection of its own; what came back when the server closed it or was quiet for a while. */
  raw(bytes: string): Promise<string>;
}

async function loadParts(modules: Parts['modules'] = {}) {
  vi.resetModules();
  for (const [path, change] of Object.entries(modules)) {
    vi.doMock(core + path, async (original) => {
      const actual = (await original()) as Readonly<Record<string, never>>;
      return { ...actual, ...change(actual) };
    });
  }
  try {
    // One after the other: the first import works off what is to be replaced and restored. Two at once would both do so, and
    // the one that is behind restores a module for a moment that the other has just replaced, and loads.
    const { createCommunicationServer, createMemoryBuffer } = await import('@pollux/core/server');
    const { applyServerLimits, createNodeHandler } = await import('@pollux/node');
    const { defaultLimits } = await import('@pollux/core');
    return { createCommunicationServer, createMemoryBuffer, applyServerLimits, createNodeHandler, defaultLimits };
  } finally {
    for (const path of Object.keys(modules)) vi.doUnmock(core + path);
  }
}

const applications = { orders: { fetchTargets: ['https://orders.example', '/api/orders'] }, news: {} };

/** Opens a target; without parts it is a sound one. */
export async function openTarget(setting: Setting = {}, parts: Parts = {}): Promise<Target> {
  const loaded = await loadParts(parts.modules);
  const registered: Readonly<Record<string, ApplicationOptions>> = setting.applications ?? applications;
  const minted = await Promise.all(Object.keys(registered).map(async (name) => [name, await mintKey()] as const));
  const limits = { holdSpreadSeconds: 0, ...setting.limits, ...parts.limits };
  const buffer = parts.buffer?.(loaded.createMemoryBuffer({ limits: { ...loaded.defaultLimits, ...limits } }));
  const made = loaded.createCommunicationServer({
    applications: registered,
    limits,
    ...(buffer && { buffer }),
    ...(parts.random && { random: parts.random }),
  });
  const server = parts.server?.(made) ?? made;
  const sound: ServletOptions = {
    server,
    origins: setting.origins ?? [],
    authenticate: setting.authenticate ?? authenticateTokens({ secret }),
    authorizePublisher:
      setting.authorizePublisher ??
      authorizePublisherKeys(Object.fromEntries(minted.map(([name, { fingerprint }]) => [name, [fingerprint]]))),
    ...(parts.random && { random: parts.random }),
  };
  const handle = loaded.createNodeHandler(parts.servlet?.(sound) ?? sound);
  const listener: RequestListener = (req, res) => {
    if (!handle(req, res)) res.writeHead(404).end();
  };
  const http = createServer({ connectionsCheckingInterval: 200, ...parts.httpOptions }, parts.listener?.(listener) ?? listener);
  loaded.applyServerLimits(http);
  parts.http?.(http);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return createTarget(server, http, Object.fromEntries(minted.map(([name, { key }]) => [name, key])), made);
}

function createTarget(
  server: CommunicationServer,
  http: Server,
  keys: Readonly<Record<string, string>>,
  made: CommunicationServer,
): Target {
  const { port } = http.address() as AddressInfo;
  const sign = signTokens({ secret });
  const token: Target['token'] = async (recipient, claims) => (await sign({ recipient, ttl: 3600, ...claims })).token;
  const send: Target['send'] = (method, path, asking) => ask(port, method, path, asking);
  return {
    url: `http://127.0.0.1:${port}/pollux`,
    port,
    server,
    http,
    keys,
    token,
    send,
    poll: async (recipient, body, asking) =>
      send('POST', '/pollux/poll', {
        ...asking,
        body,
        headers: { authorization: `Bearer ${await token(recipient)}`, ...asking?.headers },
      }),
    publish: (application, body, asking) =>
      send('POST', `/pollux/applications/${application}/notifications`, {
        body,
        headers: { authorization: `Bearer ${keys[application]}`, ...asking?.headers },
      }),
    raw: (bytes) => sendRaw(port, bytes),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => http.close(resolve));
      await made.close({ drainSeconds: 0 });
      http.closeAllConnections();
      await closed;
    },
  };
}

function ask(port: number, method: string, path: string, { headers, body, signal }: Asking = {}): Promise<Reply> {
  const bytes = body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: false,
        headers: { ...(bytes !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(signal && { signal }),
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        response
          .on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
          .on('error', reject);
      },
    );
    sent.on('error', reject).end(bytes);
  });
}

/** Milliseconds without a byte after which a connection is taken for answered. */
const quietMs = 1500;

function sendRaw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let received = '';
    socket.setTimeout(quietMs, () => socket.destroy());
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    // A server that cuts off an attacker in the middle of a sentence is as good as one that answers.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(received));
    socket.write(bytes, 'latin1');
  });
}
