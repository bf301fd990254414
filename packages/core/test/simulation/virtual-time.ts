/**
 * One time for a whole world, moved by hand: the next thing due happens next, however far away it is. Every actor has a
 * clock of its own, which ends with it, may be wrong about the date, and can stand still while its machine sleeps.
 */
import type { Clock, Timer } from '../../src/protocol/environment.ts';

export interface ActorClock extends Clock {
  /** Timers that have neither fired nor been cleared. */
  readonly pending: number;
  /** Moves what this actor believes the date to be. */
  jump(ms: number): void;
  /** Timers fire no more until `thaw`; those that came due meanwhile fire then. */
  freeze(): void;
  thaw(): void;
  /** The actor has ceased: its timers are gone, and new ones never fire. */
  stop(): void;
}

export interface VirtualTime {
  /** Milliseconds since the world began. */
  readonly elapsedMs: number;
  /** Timers of all actors, and what was scheduled. */
  readonly pending: number;
  clock(): ActorClock;
  schedule(delayMs: number, run: () => void): Timer;
  /** Goes to the next thing due up to a moment and runs it; tells whether there was one. */
  step(untilMs: number): boolean;
  /** Runs everything due within `ms`, without a turn for promises between. */
  advance(ms: number): void;
}

interface Due {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** The date on which worlds begin, in milliseconds since 1970. */
const beginningMs = 1_700_000_000_000;

const isBefore = (a: Due, b: Due): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

function push(heap: Due[], due: Due): void {
  let at = heap.push(due) - 1;
  while (at > 0) {
    const above = (at - 1) >>> 1;
    const parent = heap[above];
    if (parent === undefined || !isBefore(due, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = due;
}

function pop(heap: Due[]): Due | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    const left = heap[below];
    const right = heap[below + 1];
    if (left === undefined) break;
    if (right !== undefined && isBefore(right, left)) below++;
    const child = heap[below] as Due;
    if (!isBefore(child, last)) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = last;
  return first;
}

export function createVirtualTime(): VirtualTime {
  const heap: Due[] = [];
  let elapsedMs = 0;
  let order = 0;
  let pending = 0;

  const schedule = (delayMs: number, run: () => void): Timer => {
    const due: Due = { atMs: elapsedMs + Math.max(0, delayMs), order: order++, run };
    push(heap, due);
    pending++;
    return {
      clear: () => {
        if (due.run !== undefined) pending--;
        due.run = undefined;
      },
    };
  };

  const step = (untilMs: number): boolean => {
    while (heap[0] !== undefined && (heap[0].run === undefined || heap[0].atMs <= untilMs)) {
      const due = pop(heap);
      if (due?.run === undefined) continue;
      elapsedMs = Math.max(elapsedMs, due.atMs);
      const { run } = due;
      due.run = undefined;
      pending--;
      run();
      return true;
    }
    if (Number.isFinite(untilMs)) elapsedMs = Math.max(elapsedMs, untilMs);
    return false;
  };

  return {
    get elapsedMs() {
      return elapsedMs;
    },
    get pending() {
      return pending;
    },
    clock: () => createActorClock(schedule, () => elapsedMs),
    schedule,
    step,
    advance: (ms) => {
      const untilMs = elapsedMs + ms;
      while (step(untilMs));
    },
  };
}

function createActorClock(schedule: VirtualTime['schedule'], elapsedMs: () => number): ActorClock {
  const timers = new Set<Timer>();
  let late: (() => void)[] = [];
  let wallMs = beginningMs;
  let frozen = false;
  let stopped = false;

  const start = (callback: () => void, ms: number): Timer => {
    if (stopped) return { clear: () => undefined };
    let cleared = false;
    const fire = (): void => {
      if (!cleared && !stopped) callback();
    };
    const inner = schedule(ms, () => {
      timers.delete(timer);
      if (frozen) late.push(fire);
      else fire();
    });
    const timer: Timer = {
      clear: () => {
        cleared = true;
        inner.clear();
        timers.delete(timer);
      },
    };
    timers.add(timer);
    return timer;
  };

  return {
    now: () => wallMs + elapsedMs(),
    monotonic: elapsedMs,
    setTimeout: start,
    get pending() {
      return timers.size + late.length;
    },
    jump: (ms) => {
      wallMs += ms;
    },
    freeze: () => {
      frozen = true;
    },
    thaw: () => {
      frozen = false;
      const due = late;
      late = [];
      for (const fire of due) schedule(0, fire);
    },
    stop: () => {
      stopped = true;
      late = [];
      for (const timer of [...timers]) timer.clear();
    },
  };
}
