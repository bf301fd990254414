/** What the parts of a communication server share. */
import type { MessageBuffer } from '../buffer/message-buffer.ts';
import type { Clock, Random } from '../protocol/environment.ts';
import type { FetchTarget } from '../protocol/fetch-target.ts';
import type { Limits } from '../protocol/limits.ts';
import type { ApplicationOptions } from './communication-server.ts';
import type { ServerEvent } from './events.ts';
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
  readonly listeners: Set<(event: ServerEvent) => void>;
  readonly totals: Counters;
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

/** Tells an event to all listeners. Callers check `listeners.size` first, so that events cost nothing unheard. */
export function tell(context: ServerContext, event: ServerEvent): void {
  for (const listener of context.listeners) {
    try {
      listener(event);
    } catch {
      // A listener's fault is its own: it must not harm a session or the other listeners.
    }
  }
}
