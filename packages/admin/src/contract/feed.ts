import type { Address } from '@pollux/core';
import type { ServerEvent } from '@pollux/core/server';

/** What a life-cycle event is about; the words of the communication server. */
export type FeedKind = ServerEvent['kind'];

/** One life-cycle event as the console shows it: flat, small, without payload. */
export interface FeedRow {
  /** Grows by one with every event of one life of the server. */
  readonly seq: number;
  readonly atMs: number;
  readonly kind: FeedKind;
  readonly application?: string;
  readonly address?: Address;
  readonly recipient?: string;
  readonly session?: string;
  /** The messages it is about, at most 50 of `count`. */
  readonly ids?: readonly string[];
  readonly count?: number;
  readonly type?: string;
  readonly message?: 'direct' | 'fetch' | 'withdrawn';
  readonly bytes?: number;
  readonly urgency?: string;
  readonly topic?: string;
  readonly ttlSeconds?: number;
  /** Held polls that an accepted message woke. */
  readonly waiting?: number;
  /** The session's poll that a delivery went into. */
  readonly poll?: number;
  readonly transport?: string;
  readonly reason?: string;
  readonly heldMs?: number;
  readonly status?: number;
}

/** Which events a subscriber wants; the server leaves out the rest. */
export interface FeedFilter {
  readonly application?: string | undefined;
  /** Recipient, exactly as named. */
  readonly recipient?: string | undefined;
  readonly kinds?: readonly FeedKind[] | undefined;
  /** Text that message id, type, topic, recipient, session or reason contains, in any case. */
  readonly text?: string | undefined;
}

/** Counters since start, one second apart. */
export interface Tick {
  readonly nowMs: number;
  readonly sessions: number;
  readonly heldPolls: number;
  readonly polls: number;
  readonly accepted: number;
  readonly refused: number;
  readonly delivered: number;
  readonly acknowledged: number;
  readonly removed: number;
  readonly draining: boolean;
  /** `degraded`: something was damaged, or could be lost; `failed`: nothing can be stored. */
  readonly bufferState: 'ok' | 'degraded' | 'failed';
  /** Why, as a sentence. */
  readonly bufferDetail?: string | undefined;
  readonly bufferMessages: number;
  readonly bufferBytes: number;
  readonly parked: number;
}

/** What the live stream carries, gathered for 100 ms. */
export interface LiveFrame {
  /** The stream begins anew: forget what came before. Set at the first frame and after a restart of the server. */
  readonly fresh?: true;
  /** Events that this subscriber missed, before `rows`: it was away or too slow. */
  readonly skipped?: number;
  /** Newest last. */
  readonly rows?: readonly FeedRow[];
  /** Once a second, while the buffer answers. */
  readonly tick?: Tick;
}

export interface LiveInput {
  /** `epoch:seq` of the last frame seen. */
  readonly lastEventId?: string | null | undefined;
  readonly filter?: FeedFilter | undefined;
  /** Whether rows are wanted at all; without them only ticks come. @default true */
  readonly rows?: boolean | undefined;
  /** How many past events to begin with, at most 1,000. @default 200 */
  readonly backlog?: number | undefined;
}
