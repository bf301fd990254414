/** Remembers checked tokens, since a signature costs more than all the rest of an empty poll. */

/** A bounded map that forgets what was used least lately, and what has expired. */
export interface TokenCache<Value> {
  get(token: string): Value | undefined;
  set(token: string, value: Value, expiresMs: number): void;
  readonly size: number;
}

interface Entry<Value> {
  readonly value: Value;
  readonly expiresMs: number;
}

/** Holds at most `capacity` entries, none where that is 0. The key is the whole token: two that share a part, an id or a subject have nothing to do with one another. */
export function createTokenCache<Value>(capacity: number, now: () => number): TokenCache<Value> {
  // A map iterates in order of insertion, so its first key is the one used least lately.
  const entries = new Map<string, Entry<Value>>();
  return {
    get(token) {
      const entry = entries.get(token);
      if (entry === undefined) return undefined;
      entries.delete(token);
      if (now() >= entry.expiresMs) return undefined;
      entries.set(token, entry);
      return entry.value;
    },
    set(token, value, expiresMs) {
      entries.delete(token);
      if (capacity === 0 || now() >= expiresMs) return;
      if (entries.size >= capacity) {
        const [oldest] = entries.keys();
        if (oldest !== undefined) entries.delete(oldest);
      }
      entries.set(token, { value, expiresMs });
    },
    get size() {
      return entries.size;
    },
  };
}
