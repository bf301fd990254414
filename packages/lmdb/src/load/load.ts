/** Beginning anew from the file: whole queues go back into the table, damaged ones begin a new life with what is intact. */
import { type MemoryContext, restoreQueue } from '@pollux/core/server';
import type { Segments } from '../log/segments.ts';
import type { RecordKey } from '../record.ts';
import type { Store } from '../store.ts';
import { findInFormat1 } from './format-1.ts';
import { findInFormat2 } from './format-2.ts';

/** What was found. */
export interface Loaded {
  /** Records that were not what had been written. */
  readonly damaged: number;
  /** Queues that had to begin a new life, so that whoever follows them hears of a gap. */
  readonly renewed: number;
  /** Records that are no longer wanted in the file. */
  readonly leftover: readonly RecordKey[];
}

export interface Loading {
  readonly store: Store;
  readonly format: 1 | 2;
  readonly context: MemoryContext;
  readonly segments: Segments;
  newEpoch(): string;
  /** Milliseconds for which sessions have time to come back. */
  readonly keepMs: number;
  /** Every queue begins a new life, because nobody can tell which of them lost what was written last. */
  readonly renewsAll: boolean;
}

/** Puts everything back into the table. Sessions get their lifetime to come back: their places hold for `keepMs` from now. */
export function load({ store, format, context, segments, newEpoch, keepMs, renewsAll }: Loading): Loaded {
  const nowMs = context.now();
  const found = format === 1 ? findInFormat1(store) : findInFormat2(store, segments, context.table, nowMs);
  const untilMs = nowMs + keepMs;
  const unwritten = { ...context, journal: undefined };
  const leftover: RecordKey[] = [...found.ruined];
  let renewed = 0;
  for (const { stored, isDamaged, names, former, place } of found.queues) {
    const isRenewed = isDamaged || renewsAll || found.isDoubtful;
    leftover.push(...(isRenewed ? names : former));
    if (isRenewed) renewed += 1;
    // Nobody can tell whose these were; who followed their epoch hears of a reset.
    if (stored === undefined) continue;
    const kept = (stored.places ?? []).map((one) => ({ ...one, untilMs: Math.max(one.untilMs, untilMs) }));
    // Under the old epoch a cursor could claim what is no longer there.
    if (isRenewed) restoreQueue(context, { ...stored, epoch: newEpoch(), keys: [], places: [] });
    // What stands in the file as it is need not be written again.
    else if (restoreQueue(format === 1 ? context : unwritten, { ...stored, places: kept })) place?.(stored.epoch);
  }
  segments.review();
  return { damaged: found.damaged, renewed, leftover };
}
