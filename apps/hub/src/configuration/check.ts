/** Checks raw settings against the definition and the rules between settings. */

import { defaultLimits } from '@pollux/core';
import type { HubConfiguration } from './configuration.ts';
import { configurationDefinition } from './definition.ts';
import { type Fault, shown } from './faults.ts';
import { usableMemory } from './limits-definition.ts';
import { isSecret, outlineAt, valueAt } from './outline.ts';
import { findConflicts } from './rules.ts';
import { suggestion } from './suggest.ts';

type Issue = NonNullable<ReturnType<typeof configurationDefinition.safeParse>['error']>['issues'][number];

function toFaults(raw: unknown, issue: Issue): Fault[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(outlineAt(path)?.properties ?? {}).filter((name) => name !== '$schema');
    return issue.keys.map((name) => ({
      path: [...path, name],
      text: `is not a setting; ${suggestion(name, known)}`.replace(/; $/, ''),
    }));
  }
  if (issue.code === 'invalid_key') return [{ path, text: issue.issues[0]?.message ?? issue.message }];
  const value = valueAt(raw, path);
  if (value === undefined) return [{ path, text: path.length === 0 ? issue.message : `is missing; it ${issue.message}` }];
  return [{ path, text: `${isSecret(path) ? '(value not shown)' : shown(value)} ${issue.message}` }];
}

function firstPerPath(faults: readonly Fault[]): Fault[] {
  const seen = new Set<string>();
  return faults.filter(({ path }) => {
    const key = JSON.stringify(path);
    return !seen.has(key) && seen.add(key);
  });
}

/** A configuration, or why there is none. */
export type Checked = { readonly configuration: HubConfiguration } | { readonly faults: readonly Fault[] };

/** The checked configuration, or everything that is wrong with it. */
export function checkConfiguration(raw: unknown, memory: number = usableMemory()): Checked {
  const parsed = configurationDefinition.safeParse(raw);
  const faults = parsed.success ? [] : firstPerPath(parsed.error.issues.flatMap((issue) => toFaults(raw, issue)));
  const all = [...faults, ...findConflicts(raw, faults, memory)];
  if (all.length > 0 || !parsed.success) return { faults: all };
  const { limits, ...rest } = parsed.data;
  // What stands in Redis takes none of this process's memory.
  const bufferBytes = rest.buffer.kind === 'redis' ? defaultLimits.bufferBytes : Math.floor(memory / 2);
  return { configuration: { ...rest, limits: { bufferBytes, ...limits } as HubConfiguration['limits'] } };
}
