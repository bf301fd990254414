/** Names that were said lately, for those who could not hear them then: to hear one again does no harm. */
export interface Recent {
  add(name: string): void;
  /** Each once, in the order in which they were said last. */
  recent(): readonly string[];
}

/** Milliseconds, and names, after which one is forgotten. Who was cut off is back, or held up, within seconds. */
const keptMs = 60_000;
const kept = 10_000;

export function createRecent(now: () => number = () => performance.now()): Recent {
  const said = new Map<string, number>();

  function forget(): void {
    for (const [name, atMs] of said) {
      if (said.size <= kept && now() - atMs < keptMs) return;
      said.delete(name);
    }
  }

  return {
    add(name) {
      said.delete(name);
      said.set(name, now());
      forget();
    },
    recent() {
      forget();
      return [...said.keys()];
    },
  };
}
