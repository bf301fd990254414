/**
 * When held polls end. Polls that end at the same moment share one timer and a list of their own links: a timer for each
 * would cost more than all else that holding a poll takes, and nearly every one of them is taken back unused.
 */
import type { Clock, Timer } from '../protocol/environment.ts';
import type { HeldState } from './held-poll.ts';

/** Polls that end together, the one that came last first. */
export interface Ending {
  readonly deadlineMs: number;
  readonly timer: Timer;
  first: HeldState | undefined;
}

export interface Deadlines {
  /** Has the poll looked at again when its deadline has come; once, however often it is asked for. */
  add(held: HeldState, nowMs: number): void;
  /** Forgets a poll. */
  remove(held: HeldState): void;
}

/** Milliseconds to which the ends of long waits are rounded, down, so that many polls share each of them. */
const stepMs = 50;
const longWaitMs = 1000;

/** The moment at which a poll that came now and may wait so long is to end. */
export function deadlineOf(nowMs: number, waitMs: number): number {
  const exactMs = nowMs + waitMs;
  return waitMs < longWaitMs ? exactMs : Math.floor(exactMs / stepMs) * stepMs;
}

export function createDeadlines(clock: Clock, look: (held: HeldState) => void): Deadlines {
  const endings = new Map<number, Ending>();

  function begin(deadlineMs: number, nowMs: number): Ending {
    const timer = clock.setTimeout(
      () => {
        // Whoever is added from now on for the same moment gets a timer anew.
        endings.delete(deadlineMs);
        for (let held = ending.first; held !== undefined; held = ending.first) {
          unlink(ending, held);
          look(held);
        }
      },
      Math.max(0, Math.ceil(deadlineMs - nowMs)),
    );
    const ending: Ending = { deadlineMs, timer, first: undefined };
    endings.set(deadlineMs, ending);
    return ending;
  }

  return {
    add(held, nowMs) {
      if (held.ending !== undefined) return;
      const ending = endings.get(held.deadlineMs) ?? begin(held.deadlineMs, nowMs);
      held.ending = ending;
      held.after = ending.first;
      if (ending.first !== undefined) ending.first.before = held;
      ending.first = held;
    },
    remove(held) {
      const { ending } = held;
      if (ending === undefined) return;
      unlink(ending, held);
      if (ending.first !== undefined || endings.get(ending.deadlineMs) !== ending) return;
      ending.timer.clear();
      endings.delete(ending.deadlineMs);
    },
  };
}

function unlink(ending: Ending, held: HeldState): void {
  const { before, after } = held;
  if (before === undefined) ending.first = after;
  else before.after = after;
  if (after !== undefined) after.before = before;
  held.ending = undefined;
  held.before = undefined;
  held.after = undefined;
}
