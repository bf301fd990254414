/** Settings checked at start: what is wrong, why, and how to mend it. */

import { fixedPart } from '../contract/fetch-path.ts';
import { jsonSchemasOf } from '../contract/json-schemas.ts';
import { mostGroups } from '../protocol/cursor.ts';
import { parseFetchTargets } from '../protocol/fetch-target.ts';
import { applicationPattern, defaultLimits, type Limits } from '../protocol/limits.ts';
import type { ApplicationOptions } from './communication-server.ts';
import type { ApplicationEntry } from './context.ts';

/** Bounds whose usual range is narrower than any positive number: smallest and largest value. */
const ranges: Readonly<Partial<Record<keyof Limits, readonly [number, number]>>> = {
  holdSeconds: [1, 55],
  holdSpreadSeconds: [0, 55],
  hiddenSeconds: [0, 3600],
  gatherMs: [0, 20],
  jsonDepth: [4, 200],
  groupsPerSession: [1, mostGroups],
};

/** The bounds in force; throws a `TypeError` that names a setting that cannot be right. */
export function checkLimits(given: Partial<Limits> = {}): Limits {
  for (const [name, value] of Object.entries(given)) {
    if (!(name in defaultLimits)) {
      throw new TypeError(`limits.${name}: there is no such bound. Bounds are: ${Object.keys(defaultLimits).join(', ')}.`);
    }
    const [least, most] = ranges[name as keyof Limits] ?? [1, Number.MAX_SAFE_INTEGER];
    if (typeof value !== 'number' || !(value >= least && value <= most)) {
      throw new TypeError(
        `limits.${name}: ${String(value)} is not a number from ${least} to ${most}. Leave it out for the default, ${defaultLimits[name as keyof Limits]}.`,
      );
    }
  }
  const limits = { ...defaultLimits, ...given };
  if (limits.holdSpreadSeconds >= limits.holdSeconds) {
    throw new TypeError(
      `limits.holdSpreadSeconds: ${limits.holdSpreadSeconds} must be less than holdSeconds, ${limits.holdSeconds}, of which it takes a random part off.`,
    );
  }
  return limits;
}

/** The registered applications; throws a `TypeError` that names a wrong name or setting. */
export function checkApplications(
  applications: Readonly<Record<string, ApplicationOptions>>,
): ReadonlyMap<string, ApplicationEntry> {
  const entries = new Map<string, ApplicationEntry>();
  for (const [name, given] of Object.entries(applications)) {
    if (!applicationPattern.test(name)) {
      throw new TypeError(
        `applications: ${JSON.stringify(name)} is not a usable name. Names begin with a letter a to z, followed by up to 62 of a-z, 0-9 and -.`,
      );
    }
    checkChoice(name, 'overflow', given.overflow, ['reject', 'drop-oldest']);
    checkChoice(name, 'retain', given.retain, ['acknowledged', 'ttl']);
    if (given.contract !== undefined && given.contract.name !== name) {
      throw new TypeError(`applications.${name}.contract: it is that of ${given.contract.name}. Register it under that name.`);
    }
    const options = withContract(given);
    entries.set(name, {
      name,
      options,
      fetchTargets: targetsOf(name, options),
      sessions: new Set(),
      accepted: 0,
      refused: 0,
      delivered: 0,
      acknowledged: 0,
      removed: new Map(),
    });
  }
  return entries;
}

/** What a contract says stands for what is left out. */
function withContract(options: ApplicationOptions): ApplicationOptions {
  const { contract } = options;
  if (contract === undefined) return options;
  const paths = Object.values(contract.types).flatMap((type) => (type.kind === 'fetch' ? fixedPart(type.path) : []));
  return { fetchTargets: [...new Set(paths)], schemas: jsonSchemasOf(contract), ...options };
}

function targetsOf(name: string, { fetchTargets = [] }: ApplicationOptions): ReturnType<typeof parseFetchTargets> {
  try {
    return parseFetchTargets(fetchTargets);
  } catch (cause) {
    throw new TypeError(`applications.${name}.${cause instanceof Error ? cause.message : 'fetchTargets'}`, { cause });
  }
}

function checkChoice(name: string, setting: string, value: string | undefined, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value)) return;
  throw new TypeError(
    `applications.${name}.${setting}: ${JSON.stringify(value)} is not one of ${choices.map((choice) => `'${choice}'`).join(' and ')}. Leave it out for the default.`,
  );
}
