/**
 * The system's own time and chance: the only file of core that reads them. It uses what browsers, workers, Node, Deno
 * and Bun have in common, and nothing else.
 */
import type { Clock, Random, Timer } from './environment.ts';

/** The longest delay that every runtime's `setTimeout` takes; a longer one would fire at once. */
const longestDelayMs = 2_147_483_647;

/** Lets the process end although a timer is pending, where the runtime has such a thing. */
function unref(handle: unknown): void {
  (handle as { unref?: () => void }).unref?.();
}

/** A timer within the runtime's range: one object and no closure, since every held poll has one. */
class ShortTimer implements Timer {
  readonly #handle: ReturnType<typeof setTimeout>;

  constructor(callback: () => void, ms: number) {
    this.#handle = setTimeout(callback, ms);
    unref(this.#handle);
  }

  clear(): void {
    clearTimeout(this.#handle);
  }
}

function startTimer(callback: () => void, ms: number): Timer {
  if (ms <= longestDelayMs) return new ShortTimer(callback, ms);
  let handle: ReturnType<typeof setTimeout>;
  const arm = (remaining: number): void => {
    const delay = Math.min(remaining, longestDelayMs);
    handle = setTimeout(() => (remaining > delay ? arm(remaining - delay) : callback()), delay);
    unref(handle);
  };
  arm(ms);
  return { clear: () => clearTimeout(handle) };
}

const now = (): number => Date.now();
const monotonic = (): number => performance.now();

/** The system's clock. Its timers do not keep a process alive. */
export const systemClock: Clock = { now, monotonic, setTimeout: startTimer };

/**
 * The same clock for the communication client: while it waits for its next poll, a program that does nothing else has
 * to go on, just as it does while a request is open. Its delays are short.
 */
export const attendedClock: Clock = {
  now,
  monotonic,
  setTimeout: (callback, ms) => {
    const handle = setTimeout(callback, ms);
    return { clear: () => clearTimeout(handle) };
  },
};

/** A number from 0 up to 1, not for secrets. */
export const randomNumber = (): number => Math.random();

/** Asking the generator costs more than a token; one question does for many. Each byte is given out once. */
const poolBytes = 2048;
let pool: Uint8Array<ArrayBuffer> | undefined;
let poolUsed = 0;

function randomBytes(count: number): Uint8Array {
  if (pool === undefined || poolUsed + count > pool.length) {
    pool = crypto.getRandomValues(new Uint8Array(Math.max(poolBytes, count)));
    poolUsed = 0;
  }
  poolUsed += count;
  return pool.subarray(poolUsed - count, poolUsed);
}

/** The system's random source; tokens come from its cryptographic generator. */
export const systemRandom: Random = {
  next: randomNumber,
  token: (bytes) =>
    btoa(String.fromCharCode(...randomBytes(bytes))).replace(/[+/=]/g, (sign) => (sign === '+' ? '-' : sign === '/' ? '_' : '')),
};
