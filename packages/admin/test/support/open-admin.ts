/** A real communication server with the admin interface over real HTTP, and what tests ask of it. */
import { scryptSync } from 'node:crypto';
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Message, PollAnswer, PollRequest } from '@pollux/core';
import {
  type ApplicationOptions,
  type ClientIdentity,
  type CommunicationServer,
  createCommunicationServer,
  type PollOutcome,
} from '@pollux/core/server';
import {
  type AdminCredential,
  type AdminHandler,
  type AdminOptions,
  type AuditLine,
  createAdminHandler,
  type Role,
} from '../../src/index.ts';

export const password = 'a long enough password';
/** The cheapest hash that is taken: tests sign in often. */
const salt = Buffer.alloc(16, 7);
const key = scryptSync(password, salt, 32, { cost: 16_384, blockSize: 8, parallelization: 1 });
const hash = `scrypt:16384:8:1:${salt.toString('base64url')}:${key.toString('base64url')}`;

export const credentials: readonly AdminCredential[] = (['viewer', 'operator', 'admin'] as const).map((role) => ({
  name: role,
  password: hash,
  role,
}));

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface OpenAdmin extends AsyncDisposable {
  readonly server: CommunicationServer;
  readonly handler: AdminHandler;
  readonly port: number;
  readonly url: string;
  readonly audit: readonly AuditLine[];
  /** Sends a request as it stands: no client of the platform would let `..` or another Host through. */
  send(path: string, call?: Call): Promise<Answer>;
  /** Signs in and returns the cookie. */
  signIn(role: Role): Promise<string>;
}

export interface OpenOptions {
  readonly admin?: Partial<AdminOptions>;
  readonly applications?: Readonly<Record<string, ApplicationOptions>>;
}

export async function openAdmin(options: OpenOptions = {}): Promise<OpenAdmin> {
  const server = createCommunicationServer({ applications: options.applications ?? { orders: { title: 'Orders' }, news: {} } });
  const audit: AuditLine[] = [];
  const handler = createAdminHandler({ server, credentials, audit: (line) => audit.push(line), ...options.admin });
  const http = createServer((request, response) => {
    if (!handler(request, response)) response.writeHead(404).end('host');
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const base = options.admin?.basePath ?? '/';
  const prefix = base.endsWith('/') ? base : `${base}/`;

  function send(path: string, { method = 'GET', headers = {}, body }: Call = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        { port, host: '127.0.0.1', path, method, headers: { host: `127.0.0.1:${port}`, ...headers } },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('end', () =>
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks).toString() }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  return {
    server,
    handler,
    port,
    url: `http://127.0.0.1:${port}${prefix}trpc`,
    audit,
    send,
    async signIn(role) {
      const body = JSON.stringify({ name: role, password });
      const answer = await send(`${prefix}trpc/session.login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      return answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    },
    async [Symbol.asyncDispose]() {
      handler.close();
      await server.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** One poll of a client in process. */
export function poll(server: CommunicationServer, identity: ClientIdentity | string, request: PollRequest): Promise<PollOutcome> {
  const who = typeof identity === 'string' ? { recipient: identity } : identity;
  return new Promise((resolve) => {
    server.poll(who, request, { answer: resolve });
  });
}

function answerOf(outcome: PollOutcome): PollAnswer {
  if (outcome.status !== 200) throw new Error(`The poll ended with ${outcome.status}.`);
  return JSON.parse(outcome.json) as PollAnswer;
}

/** Polls once and returns session and cursor of an application. */
export async function take(
  server: CommunicationServer,
  recipient: string,
  application: string,
  place: { session?: string; cursor?: string | null; seq?: number } = {},
): Promise<{ session: string; cursor: string; messages: readonly Message[] }> {
  const { session, cursor = null, seq = 0 } = place;
  const answer = answerOf(
    await poll(server, recipient, { ...(session ? { session } : {}), seq, applications: { [application]: { cursor } } }),
  );
  const section = answer.applications?.[application];
  if (!section || 'error' in section) throw new Error('The application was not answered.');
  return { session: answer.session, cursor: section.cursor, messages: section.messages ?? [] };
}
