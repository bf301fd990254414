/**
 * The JSON Schema of the configuration, and what can be read off it: which names an object may have, which defaults
 * apply, which settings the environment may hold, and which must never be shown.
 */
import { z } from 'zod';
import { configurationDefinition } from './definition.ts';

/** The part of JSON Schema that the definition uses. */
export interface Outline {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly writeOnly?: boolean;
  readonly properties?: Readonly<Record<string, Outline>>;
  readonly additionalProperties?: Outline | boolean;
  readonly items?: Outline;
}

/** A place in the configuration. */
export type Path = readonly (string | number)[];

const generated = z.toJSONSchema(configurationDefinition, { io: 'input', unrepresentable: 'any' });

/** The JSON Schema that is checked in as `hub.schema.json`. */
export const configurationSchema: Readonly<Record<string, unknown>> = { ...generated };

const root = generated as Outline;

/** The outline at a path. */
export function outlineAt(path: Path): Outline | undefined {
  let here: Outline | undefined = root;
  for (const step of path) {
    const named: Outline | undefined =
      typeof step === 'string' && here?.properties && Object.hasOwn(here.properties, step) ? here.properties[step] : undefined;
    here = named ?? (typeof here?.additionalProperties === 'object' ? here.additionalProperties : here?.items);
    if (here === undefined) return undefined;
  }
  return here;
}

/** The value at a path, `undefined` where there is none. */
export function valueAt(raw: unknown, path: Path): unknown {
  let here = raw;
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return here;
}

/** Whether a value at a path must not be shown. A publisher key in a wrong place is a secret, too. */
export function isSecret(path: Path): boolean {
  return path.includes('publisherKeys') || path.some((_, i) => outlineAt(path.slice(0, i + 1))?.writeOnly === true);
}

/** A setting that one text can hold: the environment's and the command line's way. */
export interface Setting {
  readonly path: readonly string[];
  /** Its name in the environment. */
  readonly variable: string;
  readonly outline: Outline;
}

function walk(outline: Outline, path: readonly string[]): Setting[] {
  const properties = Object.entries(outline.properties ?? {}).filter(([name]) => name !== '$schema');
  if (properties.length > 0) return properties.flatMap(([name, inner]) => walk(inner, [...path, name]));
  const words = path.map((step) => step.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase());
  return [{ path, variable: `POLLUX_${words.join('_')}`, outline }];
}

/** Every such setting. */
export const settings: readonly Setting[] = walk(root, []);

/** How a path is written: `applications.orders.publisherKeys[0]`. */
export function pathText(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );
}
