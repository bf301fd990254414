/** The record of a run as a hash, and where wanted as text. */

export interface Trace {
  readonly lines: readonly string[];
  add(line: string): void;
  hash(): string;
}

export function createTrace(keepsLines: boolean): Trace {
  const lines: string[] = [];
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  return {
    lines,
    add: (line) => {
      for (let i = 0; i < line.length; i++) {
        const unit = line.charCodeAt(i);
        a = Math.imul(a ^ unit, 0x01000193);
        b = Math.imul(b + unit, 0x85ebca6b) ^ (b >>> 13);
      }
      if (keepsLines) lines.push(line);
    },
    hash: () => (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0'),
  };
}
