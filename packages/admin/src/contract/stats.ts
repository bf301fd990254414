import type { Tick } from './feed.ts';

/** Counts per second, oldest first; the last entry is the last whole second. */
export interface RateHistory {
  /** Seconds since 1970 of the last entry. */
  readonly endSecond: number;
  readonly accepted: readonly number[];
  readonly delivered: readonly number[];
  readonly acknowledged: readonly number[];
  readonly removed: readonly number[];
}

/** Of the last messages, in milliseconds; undefined without any. */
export interface Latency {
  readonly samples: number;
  readonly p50Ms?: number | undefined;
  readonly p99Ms?: number | undefined;
}

export interface ApplicationRow {
  readonly name: string;
  readonly title?: string | undefined;
  readonly sessions: number;
  readonly accepted: number;
  readonly refused: number;
  readonly delivered: number;
  readonly acknowledged: number;
  /** Removals by reason. */
  readonly removed: Readonly<Record<string, number>>;
  readonly overflow?: string | undefined;
  readonly retain: string;
  readonly fetchTargets: readonly string[];
  readonly types: readonly string[];
  /** Accepted per second, the last 60 seconds, oldest first. */
  readonly recent: readonly number[];
}

export interface StatsSnapshot {
  readonly startedMs: number;
  readonly tick: Tick;
  readonly addresses: number;
  readonly queues: number;
  readonly emptyPolls: number;
  /** What an acceptance is worth, and what the buffer says of itself: numbers by name, such as `fileBytes`. */
  readonly storage: { readonly grade: string; readonly figures: Readonly<Record<string, number>> };
  readonly limits: { readonly bufferBytes: number; readonly heldPolls: number; readonly sessions: number };
  readonly history: RateHistory;
  /** From acceptance to the first delivery. */
  readonly deliveryLatency: Latency;
  /** From the first delivery to the first acknowledgement. */
  readonly handlingLatency: Latency;
  readonly applications: readonly ApplicationRow[];
  readonly topRecipients: readonly {
    readonly recipient: string;
    readonly sessions: number;
    readonly delivered: number;
    readonly pending: number;
  }[];
  /** What the console itself remembers. */
  readonly journal: { readonly messages: number; readonly capacity: number; readonly events: number };
}
