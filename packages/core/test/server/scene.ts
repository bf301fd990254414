/** A communication server on a manual clock, and clients that poll it directly: no sockets, no sleeps. */
import type { PollAnswer, PollRequest } from '@pollux/core';
import {
  type ApplicationOptions,
  type ClientIdentity,
  type CommunicationServer,
  createCommunicationServer,
  type HeldPoll,
  type MessageBuffer,
  type PollOutcome,
  type ServerEvent,
} from '@pollux/core/server';
import { createManualClock, type ManualClock } from '@pollux/core/testing';
import type { Limits } from '../../src/protocol/limits.ts';

export interface Scene {
  readonly server: CommunicationServer;
  readonly clock: ManualClock;
  readonly events: ServerEvent[];
  client(identity: ClientIdentity): SceneClient;
  /** Publishes one notification to one recipient; returns its id. */
  send(application: string, recipient: string, more?: Record<string, unknown>): string;
}

/** One session that always returns what it was given, as a correct client does. */
export interface SceneClient {
  session: string | undefined;
  /** Cursors by application; a test may change them. */
  readonly cursors: Map<string, string>;
  /** Sends a poll for the applications; the outcome comes at once or while the clock moves. */
  poll(applications: readonly string[], more?: Partial<PollRequest> & { readonly maxDelay?: number }): PendingPoll;
}

export interface PendingPoll {
  readonly held: HeldPoll | undefined;
  outcome: PollOutcome | undefined;
  /** The parsed body of a 200; throws for anything else. */
  answer(): PollAnswer;
  /** Types of the messages of an application, in order. */
  types(application: string): string[];
}

export function createScene(
  applications: Record<string, ApplicationOptions>,
  limits: Partial<Limits> = {},
  { clock = createManualClock(), ...more }: { readonly clock?: ManualClock; readonly buffer?: MessageBuffer } = {},
): Scene {
  let drawn = 0;
  const random = { next: () => 0, token: (bytes: number) => (++drawn).toString(36).padStart(Math.ceil((bytes * 4) / 3), 'x') };
  const server = createCommunicationServer({ applications, limits, clock, random, ...more });
  const events: ServerEvent[] = [];
  server.observe((event) => events.push(event));
  return {
    server,
    clock,
    events,
    client: (identity) => createClient(server, identity),
    send(application, recipient, more = {}) {
      const answer = server.publish(application, {
        to: { recipients: [recipient] },
        kind: 'direct',
        type: 't',
        data: null,
        ...more,
      });
      if ('then' in answer) throw new Error('the in-memory buffer answers at once');
      const [accepted] = answer.accepted;
      if (accepted === undefined) throw new Error(JSON.stringify(answer.refused));
      return accepted.id;
    },
  };
}

function createClient(server: CommunicationServer, identity: ClientIdentity): SceneClient {
  let seq = 0;
  const client: SceneClient = {
    session: undefined,
    cursors: new Map(),
    poll(names, { maxDelay, ...more } = {}) {
      const delay = maxDelay === undefined ? undefined : { maxDelay };
      const applications = Object.fromEntries(
        names.map((name) => [name, { cursor: client.cursors.get(name) ?? null, ...delay }]),
      );
      const pending: { -readonly [Key in keyof PendingPoll]: PendingPoll[Key] } = {
        held: undefined,
        outcome: undefined,
        answer() {
          if (pending.outcome?.status !== 200) throw new Error(`no answer but ${JSON.stringify(pending.outcome)}`);
          return JSON.parse(pending.outcome.json) as PollAnswer;
        },
        types: (name) => messagesOf(pending.answer(), name).map((message) => ('type' in message ? message.type : message.kind)),
      };
      const session = client.session === undefined ? undefined : { session: client.session };
      pending.held = server.poll(
        identity,
        { ...session, seq: seq++, wait: 0, applications, ...more },
        {
          answer(outcome) {
            pending.outcome = outcome;
            if (outcome.status !== 200) return;
            const answer = JSON.parse(outcome.json) as PollAnswer;
            client.session = answer.session;
            for (const [name, section] of Object.entries(answer.applications ?? {}))
              if ('cursor' in section) client.cursors.set(name, section.cursor);
          },
        },
      );
      return pending;
    },
  };
  return client;
}

/** Messages of one application in an answer. */
export function messagesOf(answer: PollAnswer, application: string): readonly import('@pollux/core').Message[] {
  const section = answer.applications?.[application];
  return section !== undefined && 'cursor' in section ? (section.messages ?? []) : [];
}
