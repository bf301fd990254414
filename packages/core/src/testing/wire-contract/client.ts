/** A plain, correct client of the wire, that a case can make say anything. */
import type { PollApplication } from '../../protocol/types.ts';
import { type Polled, polledOf, type WireAnswer } from './answer.ts';

export interface PollOptions {
  /** Seconds. @default 0 */
  readonly wait?: number;
  /** Members of the body that replace the client's own. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Members of every application that replace the client's own. */
  readonly each?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

export interface WireClient {
  readonly recipient: string;
  /** The session as the last answer named it. */
  readonly session: string | undefined;
  /** The last `seq` used. */
  readonly seq: number;
  /** `received` at first, `handled` later: what the next poll will say. */
  state(application: string): PollApplication;
  /** Sets what the next polls say of an application, or leaves it out with `undefined`. */
  set(application: string, state: PollApplication | undefined): void;
  /** Sends a poll for all applications and learns from its answer. @throws Error where it is neither 200 nor 204 */
  poll(options?: PollOptions): Promise<Polled>;
  /** The same without looking at the status. */
  send(options?: PollOptions): Promise<WireAnswer>;
  /** Says at the next poll that everything received was handled. */
  handle(...applications: readonly string[]): void;
  /** Polls until no `more` is said, handles what came; payloads of one application in order. */
  drain(application: string): Promise<readonly unknown[]>;
  /** Forgets the session id, as a node that lost it would make it. */
  forgetSession(): void;
  /** Says goodbye. */
  goodbye(): Promise<WireAnswer>;
}

export interface ClientTransport {
  post(body: unknown, signal: AbortSignal | undefined): Promise<WireAnswer>;
  goodbye(session: string): Promise<WireAnswer>;
}

/** Makes a client of the given applications. */
export function createWireClient(recipient: string, applications: readonly string[], transport: ClientTransport): WireClient {
  const states = new Map<string, PollApplication>(applications.map((name) => [name, { cursor: null }]));
  let session: string | undefined;
  let seq = 0;

  const bodyOf = (options: PollOptions): Record<string, unknown> => {
    seq++;
    const entries = [...states].map(([name, state]) => [name, { ...state, ...options.each }] as const);
    return {
      ...(session !== undefined && { session }),
      seq,
      wait: options.wait ?? 0,
      applications: Object.fromEntries(entries),
      ...options.body,
    };
  };

  const learn = (polled: Polled): void => {
    session = polled.body.session ?? session;
    for (const [name, state] of states) {
      const cursor = polled.cursor(name);
      // The place to read on from; a first cursor (nothing before it) counts as handled, too.
      if (cursor !== undefined) states.set(name, { ...state, cursor: state.cursor ?? startOf(polled, name), read: cursor });
    }
  };

  const client: WireClient = {
    recipient,
    get session() {
      return session;
    },
    get seq() {
      return seq;
    },
    state: (application) => states.get(application) ?? { cursor: null },
    set: (application, state) => void (state === undefined ? states.delete(application) : states.set(application, state)),
    send: (options = {}) => transport.post(bodyOf(options), options.signal),
    poll: async (options = {}) => {
      const polled = polledOf(await client.send(options));
      learn(polled);
      return polled;
    },
    handle: (...names) => {
      for (const name of names.length === 0 ? states.keys() : names) {
        const state = states.get(name);
        if (typeof state?.read === 'string') states.set(name, { ...state, cursor: state.read });
      }
    },
    drain: async (application) => {
      const data: unknown[] = [];
      for (let more: unknown = true; more === true; ) {
        const polled = await client.poll();
        client.handle();
        data.push(...polled.data(application));
        more = polled.body.more;
      }
      return data;
    },
    forgetSession: () => {
      session = undefined;
      seq = 0;
    },
    goodbye: () => transport.goodbye(session ?? 's_none'),
  };
  return client;
}

/** Without messages the section's cursor is where handling begins; with some there is none yet, so it stays null. */
function startOf(polled: Polled, application: string): string | null {
  return polled.messages(application).length === 0 ? (polled.cursor(application) ?? null) : null;
}
