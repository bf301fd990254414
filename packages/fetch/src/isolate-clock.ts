import type { Clock, Timer } from '@pollux/core';
import { systemClock } from '@pollux/core/server';

/** A clock for one workerd isolate, and what drives it. */
export interface IsolateClock {
  /** For `createCommunicationServer` and `createFetchHandler`. */
  readonly clock: Clock;
  /** For `createFetchHandler`: fires what is due. */
  readonly whileHeld: () => void;
}

interface PendingTimer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/**
 * Makes a clock for workerd without a Durable Object. There a timer belongs to the request that set it and is dropped
 * with it, so that a publish could set no timer for a poll that is held. The timers of this clock are plain data, fired
 * by whichever requests are there: up to half a second late, and not at all while there is none.
 */
export function createIsolateClock(): IsolateClock {
  const timers = new Set<PendingTimer>();
  // No timer is due before it: most calls look at nothing else.
  let earliestMs = Number.POSITIVE_INFINITY;

  const setTimer = (callback: () => void, ms: number): Timer => {
    const timer: PendingTimer = { dueMs: systemClock.monotonic() + Math.max(0, ms), callback };
    timers.add(timer);
    earliestMs = Math.min(earliestMs, timer.dueMs);
    return { clear: () => void timers.delete(timer) };
  };

  const fire = (): void => {
    const nowMs = systemClock.monotonic();
    if (nowMs < earliestMs) return;
    const due = [...timers].filter((timer) => timer.dueMs <= nowMs).sort((left, right) => left.dueMs - right.dueMs);
    for (const timer of due) {
      // One that fired before it may have cleared it.
      if (timers.delete(timer)) timer.callback();
    }
    earliestMs = Number.POSITIVE_INFINITY;
    for (const { dueMs } of timers) earliestMs = Math.min(earliestMs, dueMs);
  };

  return { clock: { now: systemClock.now, monotonic: systemClock.monotonic, setTimeout: setTimer }, whileHeld: fire };
}
