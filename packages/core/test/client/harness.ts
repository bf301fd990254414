/** A client on a manual clock, and a server whose every answer the test writes by hand. */
import { onTestFinished } from 'vitest';
import type { ClientEvent, CommunicationClient, CommunicationClientOptions } from '../../src/client/index.ts';
import { createCommunicationClient } from '../../src/client/index.ts';
import type { DirectMessage, FetchInstruction, FetchMessage, PollRequest } from '../../src/protocol/types.ts';
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts';

/** One request that the client sent. */
export interface Sent {
  readonly url: string;
  readonly init: RequestInit;
  readonly method: string;
  readonly body: PollRequest;
  header(name: string): string | null;
  /** Given up by the client. */
  readonly aborted: boolean;
  /** Answered, failed or aborted. */
  readonly done: boolean;
  answer(status: number, body?: unknown, headers?: Record<string, string>): void;
  answerWith(response: Response): void;
  fail(message?: string): void;
}

export interface ScriptedServer {
  readonly fetch: typeof globalThis.fetch;
  /** Everything sent so far, oldest first. */
  readonly sent: Sent[];
  /** Requests to the poll address that are open. */
  readonly open: Sent[];
}

function createScriptedServer(): ScriptedServer {
  const sent: Sent[] = [];
  const fetch: typeof globalThis.fetch = (input, init = {}) =>
    new Promise((resolve, reject) => {
      let aborted = false;
      let done = false;
      init.signal?.addEventListener('abort', () => {
        aborted = !done;
        done = true;
        reject(new DOMException('aborted', 'AbortError'));
      });
      sent.push({
        url: String(input),
        init,
        method: init.method ?? 'GET',
        get body() {
          return JSON.parse(String(init.body));
        },
        header: (name) => new Headers(init.headers).get(name),
        get aborted() {
          return aborted;
        },
        get done() {
          return done;
        },
        answer(status, body, headers) {
          const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
          this.answerWith(new Response(text, { status, headers: headers ?? {} }));
        },
        answerWith: (response) => {
          done = true;
          resolve(response);
        },
        fail: (message = 'connection refused') => {
          done = true;
          reject(new TypeError(message));
        },
      });
    });
  return {
    fetch,
    sent,
    get open() {
      return sent.filter(({ done, url }) => !done && url.endsWith('/poll'));
    },
  };
}

export interface Setup {
  readonly clock: ManualClock;
  readonly server: ScriptedServer;
  readonly client: CommunicationClient;
  readonly events: ClientEvent[];
  /** Events of one kind. */
  told<Kind extends ClientEvent['kind']>(kind: Kind): (ClientEvent & { readonly kind: Kind })[];
  /** The one open poll; fails where there is none, or more than one. */
  poll(): Sent;
  /** Answers the open poll with 200 and lets the client work. */
  answer(body: unknown): Promise<void>;
  /** Opens the session: lets the client send its first poll and answers with a cursor `{name}0` for each application. */
  open(): Promise<void>;
}

export function setup(options: Partial<CommunicationClientOptions> = {}, random = 0.5): Setup {
  const clock = createManualClock();
  const server = createScriptedServer();
  const events: ClientEvent[] = [];
  const client = createCommunicationClient({
    url: 'https://hub.example/pollux',
    fetch: server.fetch,
    clock,
    random: { next: () => random, token: () => 'token' },
    observe: (event) => events.push(event),
    ...options,
  });
  onTestFinished(() => void client.close());
  const poll = (): Sent => {
    const { open } = server;
    if (open.length !== 1 || !open[0]) throw new Error(`${open.length} polls are open`);
    return open[0];
  };
  const answer = async (body: unknown): Promise<void> => {
    poll().answer(200, body);
    await clock.settle();
  };
  return {
    clock,
    server,
    client,
    events,
    told: (kind) => events.filter((event): event is never => event.kind === kind),
    poll,
    answer,
    open: async () => {
      await clock.advance(0);
      const names = Object.keys(poll().body.applications);
      await answer({ session: 's_1', applications: Object.fromEntries(names.map((name) => [name, { cursor: `${name}0` }])) });
    },
  };
}

/** A `direct` message of type `note` whose cursor is `c` and its number. */
export function direct(number: number, more: Partial<DirectMessage> = {}): DirectMessage {
  return { id: `m${number}`, cursor: `c${number}`, kind: 'direct', type: 'note', data: number, acceptedMs: 1, ...more };
}

/** A `fetch` message of type `changed`. */
export function fetchMessage(number: number, fetch: FetchInstruction, more: Partial<FetchMessage> = {}): FetchMessage {
  return { id: `m${number}`, cursor: `c${number}`, kind: 'fetch', type: 'changed', fetch, acceptedMs: 1, ...more };
}

/** The answer that brings messages to one application. */
export function news(application: string, messages: readonly { readonly cursor: string }[], more: object = {}): object {
  const cursor = messages[messages.length - 1]?.cursor ?? 'c0';
  return { session: 's_1', applications: { [application]: { cursor, messages, ...more } } };
}

/** A promise and its ends. */
export function deferred<T = void>(): { promise: Promise<T>; resolve(value: T): void; reject(error: unknown): void } {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}
