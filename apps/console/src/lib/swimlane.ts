/** One client's polls as bars on a line of time. */
import type { FeedEntry } from '../composables/use-feed.ts';

export interface Bar {
  readonly key: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Messages in its answer; undefined while it is held. */
  readonly messages: number | undefined;
  readonly status: number | undefined;
}

/** Bars of the answered polls among the events, and of the one that is held now. */
export function barsOf(rows: readonly FeedEntry[], heldSinceMs: number | undefined, nowMs: number): readonly Bar[] {
  const bars: Bar[] = [];
  for (const row of rows) {
    if (row.kind !== 'poll-answered') continue;
    bars.push({
      key: row.seq,
      fromMs: row.atMs - (row.heldMs ?? 0),
      toMs: row.atMs,
      messages: row.count ?? 0,
      status: row.status,
    });
  }
  if (heldSinceMs !== undefined) bars.push({ key: -1, fromMs: heldSinceMs, toMs: nowMs, messages: undefined, status: undefined });
  return bars;
}
