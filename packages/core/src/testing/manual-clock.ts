/** A clock that stands still until a test moves it, so that no test sleeps. */
import type { Clock } from '../protocol/environment.ts';

export interface ManualClock extends Clock {
  /** Timers that have neither fired nor been cleared. */
  readonly pending: number;
  /**
   * Moves both clocks on by `ms`. Every timer due on the way fires at its own moment, in order of time and then of
   * registration, and what it started (promises, streams) runs before the next one.
   */
  advance(ms: number): Promise<void>;
  /** Lets promises and streams run without moving the time. */
  settle(): Promise<void>;
  /** Moves the wall clock alone by `ms`, forwards or backwards, as a sleeping machine or a corrected clock does. */
  jump(ms: number): void;
}

interface PendingTimer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** One whole turn of the event loop: every microtask, and what streams schedule behind them. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(undefined);
  });
}

async function settle(): Promise<void> {
  await turn();
  await turn();
}

/**
 * Makes a manual clock.
 * @param startMs what `now()` tells at first, in milliseconds since 1970; `monotonic()` begins at 0
 */
export function createManualClock(startMs = 1_700_000_000_000): ManualClock {
  // A Set keeps the order of registration, which breaks ties.
  const timers = new Set<PendingTimer>();
  let elapsedMs = 0;
  let wallMs = startMs;

  const nextDue = (untilMs: number): PendingTimer | undefined => {
    let next: PendingTimer | undefined;
    for (const timer of timers) {
      if (timer.dueMs <= untilMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  };

  const moveTo = (ms: number): void => {
    wallMs += Math.max(0, ms - elapsedMs);
    elapsedMs = Math.max(elapsedMs, ms);
  };

  return {
    now: () => wallMs,
    monotonic: () => elapsedMs,
    setTimeout: (callback, ms) => {
      const timer: PendingTimer = { dueMs: elapsedMs + Math.max(0, ms), callback };
      timers.add(timer);
      return { clear: () => void timers.delete(timer) };
    },
    get pending() {
      return timers.size;
    },
    advance: async (ms) => {
      const target = elapsedMs + ms;
      await settle();
      for (let timer = nextDue(target); timer !== undefined; timer = nextDue(target)) {
        timers.delete(timer);
        moveTo(timer.dueMs);
        timer.callback();
        await settle();
      }
      moveTo(target);
      await settle();
    },
    settle,
    jump: (ms) => {
      wallMs += ms;
    },
  };
}
