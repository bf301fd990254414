/** Numbers, sizes and times as people read them. Formatters are made once: making one costs more than using it. */
const integer = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const compactNumber = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumFractionDigits: 1 });
const oneDigit = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dateTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

export function formatCount(value: number): string {
  return integer.format(value);
}

/** Short from 10,000 on: `12.3k`. */
export function formatShort(value: number): string {
  return value < 10_000 ? integer.format(value) : compactNumber.format(value);
}

/** A rate per second: one decimal below 10. */
export function formatRate(value: number): string {
  if (value === 0) return '0';
  return value < 10 ? oneDigit.format(value) : formatShort(Math.round(value));
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : oneDigit.format(value)} ${units[unit]}`;
}

/** A length of time: `<1 ms`, `84 ms`, `1.2 s`, `25 s`, `3 min 5 s`, `2 h 4 min`, `3 d 2 h`. */
export function formatDuration(ms: number): string {
  const value = Math.max(0, ms);
  if (value < 1) return '<1 ms';
  if (value < 999.5) return `${Math.round(value)} ms`;
  const seconds = value / 1000;
  if (seconds < 10) return `${oneDigit.format(seconds)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return pairOf(Math.round(seconds));
}

/** A length of time that keeps growing while one looks: whole seconds only. */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds} s` : pairOf(seconds);
}

function pairOf(seconds: number): string {
  const steps = [
    [86_400, 'd', 3600, 'h'],
    [3600, 'h', 60, 'min'],
    [60, 'min', 1, 's'],
  ] as const;
  for (const [large, largeName, small, smallName] of steps) {
    if (seconds < large) continue;
    const rest = Math.floor((seconds % large) / small);
    return rest === 0
      ? `${Math.floor(seconds / large)} ${largeName}`
      : `${Math.floor(seconds / large)} ${largeName} ${rest} ${smallName}`;
  }
  return `${seconds} s`;
}

/** Time of day with milliseconds. */
export function formatClock(atMs: number): string {
  const whole = Math.floor(atMs);
  return `${clock.format(whole)}.${String(whole % 1000).padStart(3, '0')}`;
}

export function formatTime(atMs: number): string {
  return clock.format(atMs);
}

export function formatDateTime(atMs: number): string {
  return dateTime.format(atMs);
}

/** How long ago, or how soon: `just now`, `12 s ago`, `in 4 min`. */
export function formatAgo(atMs: number, nowMs: number): string {
  const ms = nowMs - atMs;
  if (Math.abs(ms) < 1000) return 'just now';
  const text = formatElapsed(Math.abs(ms));
  return ms > 0 ? `${text} ago` : `in ${text}`;
}

export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
