/** Chance that a seed decides: the same seed gives the same run, on every machine. */
import type { Random } from '../../src/protocol/environment.ts';

export interface SeededRandom extends Random {
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** Exponentially distributed, so that events come in bursts and lulls. */
  exponential(mean: number): number;
  /** A stream of its own: what one actor draws changes nothing for the others. */
  fork(): SeededRandom;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The generator sfc32, which passes PractRand and needs four words of state. */
function sfc32(seed: number): () => number {
  let a = seed | 0;
  let b = 0x9e3779b9;
  let c = 0x243f6a88;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}

/** Makes the random source of a seed. */
export function createSeededRandom(seed: number): SeededRandom {
  const next = sfc32(seed);
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const picked = items[between(0, items.length - 1)];
      if (picked === undefined) throw new RangeError('nothing to pick from');
      return picked;
    },
    exponential: (mean) => -Math.log(1 - next()) * mean,
    token: (bytes) => {
      let text = '';
      for (let i = 0; i < Math.ceil((bytes * 4) / 3); i++) text += alphabet[between(0, 63)];
      return text;
    },
    fork: () => createSeededRandom(between(0, 0xffffffff)),
  };
}
