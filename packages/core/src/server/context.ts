/** What the parts of a communication server share. */
import type { MessageBuffer } from '../buffer/message-buffer.ts';
import type { Clock, Random } from '../protocol/environment.ts';
import type { FetchTarget } from '../protocol/fetch-target.ts';
import type { Limits } from '../protocol/limits.ts';
import type { ApplicationOptions } from './communication-server.ts';
import type { Deadlines } from './deadlines.ts';
import { eventKinds, type ServerEvent } from './events.ts';
import type { HeldState } from './held-poll.ts';
import type { RecipientEntry, Session } from './session.ts';

/** A registered application with its counters. */
export interface ApplicationEntry {
  readonly name: string;
  readonly options: ApplicationOptions;
  readonly fetchTargets: readonly FetchTarget[];
  /** Sessions that follow it. */
  readonly sessions: Set<Session>;
  accepted: number;
  refused: number;
  delivered: number;
  acknowledged: number;
  readonly removed: Map<string, number>;
}

export interface ServerContext {
  readonly buffer: MessageBuffer;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds since 1970 that never jump. */
  now(): number;
  readonly applications: ReadonlyMap<string, ApplicationEntry>;
  readonly sessions: Map<string, Session>;
  readonly recipients: Map<string, RecipientEntry>;
  readonly groups: Map<string, Set<Session>>;
  /** Who listens, and to which kinds of event (all, where it is undefined). */
  readonly listeners: Map<Listener, ReadonlySet<ServerEvent['kind']> | undefined>;
  /** Kinds that somebody listens to. */
  heard: ReadonlySet<ServerEvent['kind']>;
  readonly totals: Counters;
  /** When held polls end. */
  readonly deadlines: Deadlines;
  held: number;
  /** Polls that have something to be asked again for, in this turn or gather window. */
  woken: HeldState[];
  /** Seconds over which clients are asked to come back, once the server is going away. */
  drainSeconds: number | undefined;
}

export interface Counters {
  accepted: number;
  refused: number;
  delivered: number;
  acknowledged: number;
  polls: number;
  emptyPolls: number;
}

export type Listener = (event: ServerEvent) => void;

/** Whether anybody listens to a kind of event: callers build the event only then, so that unheard ones cost nothing. */
export function isHeard({ heard }: ServerContext, kind: ServerEvent['kind']): boolean {
  return heard.has(kind);
}

/** Has a listener told from now on; returns the way to stop. */
export function observe(context: ServerContext, listener: Listener, kinds?: readonly ServerEvent['kind'][]): () => void {
  // A function of its own for each call, so that one listener can observe twice.
  const own: Listener = (event) => listener(event);
  const listen = (): void => {
    const heard = new Set<ServerEvent['kind']>();
    for (const wanted of context.listeners.values()) for (const kind of wanted ?? eventKinds) heard.add(kind);
    context.heard = heard;
  };
  context.listeners.set(own, kinds === undefined ? undefined : new Set(kinds));
  listen();
  return () => {
    context.listeners.delete(own);
    listen();
  };
}

/** Tells an event to all who listen to its kind. */
export function tell(context: ServerContext, event: ServerEvent): void {
  for (const [listener, kinds] of context.listeners) {
    if (kinds?.has(event.kind) === false) continue;
    try {
      listener(event);
    } catch {
      // A listener's fault is its own: it must not harm a session or the other listeners.
    }
  }
}
