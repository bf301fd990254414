/** Which format a file has. */
import { formatKey, unseal } from '../record.ts';
import type { Store } from '../store.ts';

/** The format of the file that this version writes; it reads format 1 as well. */
export const formatVersion = 2;

/**
 * The format of a file; `undefined` for one that is new.
 * @throws Error where it is of a later version than this program
 */
export function formatOf(store: Store, path: string): 1 | 2 | undefined {
  const sealed = store.get(formatKey);
  // Without this record the file is judged by what is in it: nothing, or the damaged rest of the latest format.
  if (sealed === undefined) return store.records()[Symbol.iterator]().next().done === true ? undefined : formatVersion;
  const text = unseal(formatKey, sealed);
  const version = text === undefined ? Number.NaN : Number(text);
  if (version === 1 || version === formatVersion) return version;
  const found = Number.isNaN(version) ? 'a format that cannot be read: it is damaged' : `format ${version}`;
  throw new Error(
    `The message buffer ${path} has ${found}; this program writes format ${formatVersion} and reads it and format 1. ` +
      'Start it with the version of Pollux that wrote it. Put it aside to begin empty.',
  );
}
