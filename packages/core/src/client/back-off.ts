/** How long to wait after a failure. */
import type { Random } from '../protocol/environment.ts';

const shortestMs = 500;
const longestMs = 20_000;
/** No `Retry-After` is believed past this: a wrong one must not silence a page for good. */
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
  const windowMs = Math.min(longestMs, 1000 * 2 ** failures);
  return Math.max(shortestMs + random.next() * (windowMs - shortestMs), floorMs * (1 + random.next() / 4));
}

/** Reads `Retry-After` (seconds or a date) as milliseconds from now; 0 where there is none. */
export function retryAfterMs(value: unknown, nowMs: number): number {
  if (value === null || value === undefined || value === '') return 0;
  const seconds = Number(value);
  // biome-ignore lint/style/noRestrictedGlobals: a date is read here, no clock.
  const ms = Number.isNaN(seconds) ? Date.parse(String(value)) - nowMs : seconds * 1000;
  return ms > 0 ? Math.min(ms, longestFloorMs) : 0;
}
