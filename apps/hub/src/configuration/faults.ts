/** What is wrong with a configuration, said so that it can be mended. */
import { type Path, pathText } from './outline.ts';

/** One wrong setting. */
export interface Fault {
  readonly path: Path;
  /** What is wrong, why, and what would be right. */
  readonly text: string;
}

/** Where each setting that was not taken from the file came from, by its path as text. */
export type Origins = ReadonlyMap<string, string>;

/** A configuration that cannot be used, with every fault found. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[], origins: Origins = new Map()) {
    super(describe(faults, origins));
    this.faults = faults;
  }
}

function originOf(path: Path, origins: Origins): string | undefined {
  for (let length = path.length; length > 0; length--) {
    const found = origins.get(pathText(path.slice(0, length)));
    if (found !== undefined) return found;
  }
  return undefined;
}

function describe(faults: readonly Fault[], origins: Origins): string {
  const lines = faults.map(({ path, text }) => {
    const origin = originOf(path, origins);
    const head = path.length === 0 ? '' : `${pathText(path)}${origin === undefined ? '' : ` (from ${origin})`}: `;
    return `  - ${head}${text}`;
  });
  const title = faults.length === 1 ? 'The configuration has a fault:' : `The configuration has ${faults.length} faults:`;
  return [
    title,
    ...lines,
    'Nothing was started. README.md and hub.schema.json describe every setting; "pollux-hub check" tries a configuration.',
  ].join('\n');
}

/** A value as a fault shows it: short, on one line. */
export function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
