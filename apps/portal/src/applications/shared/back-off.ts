/** Bounds of the pause between two tries, in milliseconds. */
export interface Pause {
  readonly leastMs: number;
  readonly mostMs: number;
}

/**
 * The pause before the next try, in milliseconds: exponential with full jitter, so that many publishers do not come
 * back together, but at least `leastMs` and at least what the server's `Retry-After` asks for (seconds or a date).
 */
export function nextPause(
  pause: Pause,
  failures: number,
  retryAfter: string | null,
  nowMs: number,
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(pause.mostMs, pause.leastMs * 2 ** (failures + 1));
  const jittered = pause.leastMs + random() * Math.max(0, ceiling - pause.leastMs);
  return Math.round(Math.max(jittered, retryAfterMs(retryAfter, nowMs)));
}

function retryAfterMs(value: string | null, nowMs: number): number {
  if (value === null) return 0;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, date - nowMs);
}
