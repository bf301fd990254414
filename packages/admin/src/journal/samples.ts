import type { Latency } from '../contract/stats.ts';

/** The last durations, for percentiles. */
export interface Samples {
  add(ms: number): void;
  read(): Latency;
}

export function createSamples(capacity: number): Samples {
  const values = new Float64Array(capacity);
  let seen = 0;
  return {
    add(ms) {
      values[seen % capacity] = Math.max(0, ms);
      seen += 1;
    },
    read() {
      const samples = Math.min(seen, capacity);
      const sorted = values.slice(0, samples).sort();
      const at = (share: number) => sorted[Math.min(samples - 1, Math.floor(share * samples))];
      return { samples, p50Ms: at(0.5), p99Ms: at(0.99) };
    },
  };
}
