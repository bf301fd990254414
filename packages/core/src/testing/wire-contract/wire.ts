/** What a case works with: one fresh peer, and clients and publishers of it. */
import { attendedClock } from '../../protocol/system-environment.ts';
import type { Expectation, Runner } from '../runner.ts';
import { readAnswer, type WireAnswer } from './answer.ts';
import { createWireClient, type WireClient } from './client.ts';
import type { Claims, WirePeer, WirePeerOptions } from './peer.ts';
import { createWirePublisher, type SendRequest, type WirePublisher } from './publisher.ts';
import { openWireStream, type WireStream } from './stream.ts';

export interface Wire {
  readonly peer: WirePeer;
  expect(actual: unknown): Expectation;
  /** Sends a request to a path under the base path; a body that is not text or bytes goes as JSON. */
  readonly send: SendRequest;
  /** Posts a poll body as a recipient, headers as given beside the credential. */
  pollRaw(
    recipient: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<WireAnswer>;
  /** A client of one recipient; without applications, of `orders`. */
  client(recipient: string, ...applications: readonly string[]): WireClient;
  clientWith(recipient: string, claims: Claims, ...applications: readonly string[]): WireClient;
  publisher(application?: string): WirePublisher;
  /** Opens a stream: `GET` of a path with its query, or a poll's body by `POST`. */
  stream(
    path: string,
    init: { readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown },
  ): Promise<WireStream>;
  /** Sends text over a connection of its own. @throws Error where the peer cannot */
  raw(text: string): Promise<string>;
  /** Lets everything that was sent arrive. */
  settle(): Promise<void>;
  /** Lets at least `ms` of the server's time pass. */
  pass(ms: number): Promise<void>;
  /** Whether a promise is still pending once everything sent has arrived. */
  isPending(promise: Promise<unknown>): Promise<boolean>;
}

/** One behaviour of the wire. */
export interface WireCase {
  /** The clause of docs/protocol.md that it checks, such as `3.4`. */
  readonly clause: string;
  readonly title: string;
  /** What the peer is opened with beside the suite's own. */
  readonly options?: Partial<WirePeerOptions>;
  /** A capability without which the case cannot run. */
  readonly needs?: 'raw';
  run(wire: Wire): Promise<void>;
}

/** Real time in which a request on this machine arrives and an answer comes back. */
const travelMs = 40;

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => void attendedClock.setTimeout(() => resolve(), ms));
}

function bodyOf(body: unknown): string | Uint8Array | undefined {
  return body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
}

function sender(peer: WirePeer): (path: string, init: RequestInit) => Promise<WireAnswer> {
  const request = peer.fetch ?? fetch;
  return async (path, init) => readAnswer(await request(peer.baseUrl + path, init));
}

/** Makes the surroundings of one case. */
export function createWire(peer: WirePeer, runner: Runner): Wire {
  const request = sender(peer);
  const advance = peer.clockAdvance?.bind(peer);
  const send: SendRequest = (method, path, init = {}) => {
    const body = bodyOf(init.body);
    return request(path, { method, headers: init.headers ?? {}, ...(body !== undefined && { body: body as string }) });
  };
  const poll = (credential: Readonly<Record<string, string>>, body: unknown, signal?: AbortSignal): Promise<WireAnswer> =>
    request('/poll', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...credential },
      body: bodyOf(body) as string,
      ...(signal !== undefined && { signal }),
    });
  const settle = async (): Promise<void> => {
    await advance?.(0);
    if (peer.fetch === undefined || advance === undefined) await sleep(travelMs);
  };
  const clientWith: Wire['clientWith'] = (recipient, claims, ...applications) => {
    const credential = peer.authorization(recipient, claims);
    return createWireClient(recipient, applications.length === 0 ? ['orders'] : applications, {
      post: (body, signal) => poll(credential, body, signal),
      goodbye: (session) => request(`/session/${encodeURIComponent(session)}`, { method: 'DELETE', headers: credential }),
    });
  };
  return {
    peer,
    expect: (actual) => runner.expect(actual),
    send,
    pollRaw: (recipient, body, headers, signal) => poll({ ...peer.authorization(recipient), ...headers }, body, signal),
    client: (recipient, ...applications) => clientWith(recipient, {}, ...applications),
    clientWith,
    publisher: (application = 'orders') => createWirePublisher(application, peer.publisher(application), send),
    stream: (path, { headers = {}, body }) =>
      openWireStream((signal) => {
        const asked = {
          accept: 'text/event-stream',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        };
        const posted = body === undefined ? {} : { method: 'POST', body: bodyOf(body) as string };
        return (peer.fetch ?? fetch)(peer.baseUrl + path, { headers: asked, signal, ...posted });
      }),
    raw: (text) => {
      if (peer.raw === undefined) throw new Error('the peer has no raw connection');
      return peer.raw(text);
    },
    settle,
    pass: async (ms) => void (await (advance === undefined ? sleep(ms + travelMs) : advance(ms))),
    isPending: async (promise) => {
      let pending = true;
      const done = (): void => {
        pending = false;
      };
      promise.then(done, done);
      await settle();
      return pending;
    },
  };
}
