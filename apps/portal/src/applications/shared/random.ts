/** Chance that can be repeated: the same seed gives the same stories. Not for secrets. */
export interface Chance {
  /** A number from 0 up to 1. */
  next(): number;
  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number;
  /** One of the values. */
  pick<Value>(values: readonly [Value, ...Value[]]): Value;
  /** True with this probability. */
  happens(probability: number): boolean;
}

/** Mulberry32: small, and good enough for stories. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    pick: (values) => values[Math.floor(next() * values.length)] ?? values[0],
    happens: (probability) => next() < probability,
  };
}

/** Deals values in a shuffled order and starts again when all were dealt, so that repeats lie far apart. */
export function createDeck<Value>(values: readonly [Value, ...Value[]], chance: Chance): () => Value {
  let pile: Value[] = [];
  return () => {
    if (pile.length === 0) pile = shuffle(values, chance);
    return pile.pop() ?? values[0];
  };
}

function shuffle<Value>(values: readonly Value[], chance: Chance): Value[] {
  return values
    .map((value) => ({ value, place: chance.next() }))
    .sort((one, other) => one.place - other.place)
    .map(({ value }) => value);
}
