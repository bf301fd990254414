/** What a communication server shows of itself: to the console, to metrics. */
import type { BufferInspection } from '../buffer/inspection.ts';
import type { BufferHealth, OverflowRule } from '../buffer/message-buffer.ts';
import type { Limits } from '../protocol/limits.ts';
import type { Grade } from '../protocol/types.ts';

export interface SessionSummary {
  readonly session: string;
  readonly recipient: string;
  readonly groups: readonly string[];
  readonly openedMs: number;
  readonly lastContactMs: number;
  readonly transport: 'short-poll' | 'long-poll' | 'stream';
  /** Set while a poll is held: since when. */
  readonly heldSinceMs: number | undefined;
  readonly polls: number;
  readonly delivered: number;
  readonly applications: readonly {
    readonly application: string;
    readonly delivered: number;
    /** Messages of the recipient's queue that this session has not acknowledged; undefined where the buffer is elsewhere. */
    readonly pending: number | undefined;
    readonly maxDelay: number | undefined;
  }[];
}

export interface ApplicationSummary {
  readonly name: string;
  readonly title: string | undefined;
  readonly fetchTargets: readonly string[];
  readonly overflow: OverflowRule | undefined;
  readonly retain: 'acknowledged' | 'ttl';
  readonly schemas: Readonly<Record<string, unknown>>;
  readonly sessions: number;
  readonly accepted: number;
  readonly refused: number;
  readonly delivered: number;
  readonly acknowledged: number;
  readonly removed: Readonly<Record<string, number>>;
}

export interface ServerTotals {
  readonly startedMs: number;
  readonly nowMs: number;
  readonly sessions: number;
  readonly heldPolls: number;
  readonly accepted: number;
  readonly refused: number;
  readonly delivered: number;
  readonly acknowledged: number;
  readonly polls: number;
  readonly emptyPolls: number;
  readonly draining: boolean;
}

/** How the message buffer is, and what an acceptance by it is worth. */
export interface StorageSummary extends BufferHealth {
  readonly grade: Grade;
}

/** Looking without touching. */
export interface ServerInspection {
  readonly buffer: BufferInspection;
  /** How the message buffer is; one that cannot say is `ok`. */
  storage(): StorageSummary;
  readonly limits: Limits;
  totals(): ServerTotals;
  applications(): readonly ApplicationSummary[];
  sessions(options: { readonly filter?: string; readonly after?: number; readonly limit: number }): {
    readonly rows: readonly SessionSummary[];
    readonly total: number;
  };
  session(id: string): SessionSummary | undefined;
}
