/** Counts per second over a fixed span, without a timer: a slot is cleared when its second comes round again. */
export interface RateRing {
  add(atMs: number, count: number): void;
  /** Counts of the `seconds` whole seconds before the one that `nowMs` falls in, oldest first. */
  read(nowMs: number, seconds: number): number[];
}

export function createRateRing(span: number): RateRing {
  const counts = new Uint32Array(span);
  const seconds = new Float64Array(span).fill(-1);
  return {
    add(atMs, count) {
      const second = Math.floor(atMs / 1000);
      const slot = second % span;
      if (seconds[slot] !== second) {
        seconds[slot] = second;
        counts[slot] = 0;
      }
      counts[slot] = (counts[slot] ?? 0) + count;
    },
    read(nowMs, length) {
      const end = Math.floor(nowMs / 1000);
      return Array.from({ length }, (_, index) => {
        const second = end - length + index;
        const slot = second % span;
        return seconds[slot] === second ? (counts[slot] ?? 0) : 0;
      });
    },
  };
}
