/** How long to wait after a failure. */
import type { Random } from './environment.ts';

/** The shortest and the longest time after a failure. */
const shortestBackOffMs = 500;
const longestBackOffMs = 20_000;
/** No `Retry-After` is believed past this: a wrong one must not silence anybody for good. */
const longestFloorMs = 300_000;

/**
 * Full jitter: a random time from 0.5 s up to a window of 2, 4, 8, 16, then 20 s. The first window is wide enough that of
 * many clients cut off at once at most a tenth comes back within any 100 ms.
 *
 * A server's `Retry-After` is a floor, stretched by up to a quarter so that those who got it together do not return
 * together; the two are never added up.
 * @param failures how many in a row, from 1
 */
export function backOffMs(failures: number, random: Pick<Random, 'next'>, floorMs = 0): number {
  const windowMs = Math.min(longestBackOffMs, 1000 * 2 ** failures);
  return Math.max(shortestBackOffMs + random.next() * (windowMs - shortestBackOffMs), floorMs * (1 + random.next() / 4));
}

/**
 * Reads a `Retry-After` in seconds as milliseconds; 0 where there is none, or none that makes sense. One that is a date is
 * left alone: it would compare two clocks, and the back-off is no worse.
 */
export function retryAfterMs(value: unknown): number {
  // Objects are not converted: a hostile one could throw.
  const ms = typeof value === 'object' ? 0 : Number(value) * 1000;
  return ms > 0 ? Math.min(ms, longestFloorMs) : 0;
}
