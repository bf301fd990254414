/**
 * Log lines that a flood cannot multiply: the first of a kind is written at once, those of the following seconds as one
 * line with their number.
 */

/** Something that happened, with the number of times. */
export type WriteLine<Fields> = (fields: Fields, count: number) => void;

export interface GatheredLines<Fields> {
  /** `key` names the kind: those with the same key share lines. There must be few. */
  add(key: string, fields: Fields, count?: number): void;
  /** Writes what is still gathered. */
  flush(): void;
}

interface Waiting<Fields> {
  fields: Fields;
  count: number;
}

/** Gathers for `seconds` at a time. Its timer keeps no process alive. */
export function createGatheredLines<Fields>(seconds: number, write: WriteLine<Fields>): GatheredLines<Fields> {
  const waiting = new Map<string, Waiting<Fields>>();
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const lines = [...waiting.values()].filter(({ count }) => count > 0);
    waiting.clear();
    for (const { fields, count } of lines) write(fields, count);
  }

  return {
    add(key, fields, count = 1) {
      const entry = waiting.get(key);
      if (entry !== undefined) {
        entry.fields = fields;
        entry.count += count;
        return;
      }
      waiting.set(key, { fields, count: 0 });
      timer ??= setTimeout(flush, seconds * 1000).unref();
      write(fields, count);
    },
    flush,
  };
}
