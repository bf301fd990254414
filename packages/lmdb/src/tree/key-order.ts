/** The order of keys in a tree: a key that is out of its place is found by nobody who looks for it, not even to take it away. */

type Compare = (a: Buffer, b: Buffer) => number;

/** The order of keys that are bytes. */
export const byBytes: Compare = (a, b) => a.compare(b);

/** Bytes of a key that is a number of a transaction, as in the tree of what is free. */
export const numberBytes = 8;

/** The order of keys that are numbers; what is none has no place among them. */
export const byNumber: Compare = (a, b) =>
  a.length === numberBytes && b.length === numberBytes ? Number(a.readBigUInt64LE() - b.readBigUInt64LE()) : 0;

/** Is told of a tree's keys, and of what its branches say of those to come, from its least to its greatest. */
export class KeyOrder {
  /** Keys that were out of their place. */
  broken = 0;
  readonly #compare: Compare;
  #last: Buffer | undefined;
  #least: Buffer | undefined;

  constructor(compare: Compare) {
    this.#compare = compare;
  }

  /** A branch says that all keys before were less, and none to come is. */
  divide(separator: Buffer): void {
    if (this.#last !== undefined && this.#compare(this.#last, separator) >= 0) this.broken += 1;
    this.#least = separator;
  }

  add(key: Buffer): void {
    const isAfter = this.#last === undefined || this.#compare(this.#last, key) < 0;
    const isAllowed = this.#least === undefined || this.#compare(this.#least, key) <= 0;
    if (!isAfter || !isAllowed) this.broken += 1;
    this.#last = key;
  }
}
