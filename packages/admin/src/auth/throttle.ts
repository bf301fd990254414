/** Slows down guessing: failures are counted by name and by remote address, and bought back by time. */

export interface Throttle {
  /** Seconds to wait before another attempt; 0 when one may be made now. */
  waitSeconds(keys: readonly string[]): number;
  failed(keys: readonly string[]): void;
  succeeded(keys: readonly string[]): void;
}

const freeAttempts = 5;
const longestSeconds = 300;
const forgetMs = 3_600_000;
const bound = 10_000;

interface Failures {
  count: number;
  lastMs: number;
}

/** After 5 failures the wait is 2, 4, 8 … seconds, at most 5 minutes; an hour without one forgets them. */
export function createThrottle(now: () => number): Throttle {
  const failures = new Map<string, Failures>();

  function waitOf(key: string): number {
    const found = failures.get(key);
    if (!found || found.count < freeAttempts) return 0;
    const wait = Math.min(longestSeconds, 2 ** (found.count - freeAttempts + 1));
    // Of a clock that was set back a failure lies ahead: it counts as one of now.
    found.lastMs = Math.min(found.lastMs, now());
    return Math.max(0, Math.ceil((found.lastMs + wait * 1000 - now()) / 1000));
  }

  function sweep(): void {
    for (const [key, found] of failures) if (found.lastMs + forgetMs < now()) failures.delete(key);
    // Well below the bound, so that a flood pays for the next sweep with thousands of attempts.
    for (const key of failures.keys()) {
      if (failures.size < (bound * 3) / 4) break;
      failures.delete(key);
    }
  }

  return {
    waitSeconds: (keys) => Math.max(0, ...keys.map(waitOf)),
    failed(keys) {
      if (failures.size >= bound) sweep();
      for (const key of keys) {
        const found = failures.get(key);
        const old = found !== undefined && found.lastMs + forgetMs >= now() ? found.count : 0;
        failures.set(key, { count: old + 1, lastMs: now() });
      }
    },
    succeeded(keys) {
      for (const key of keys) failures.delete(key);
    },
  };
}
