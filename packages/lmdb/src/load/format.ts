/** Which format a file has. */
import { formatKey, parseKey, unseal } from '../record.ts';
import type { Store } from '../store.ts';

/** The format of the file that this version writes; it reads format 1 as well. */
export const formatVersion = 2;

/** Where the record of the format is lost, the file is judged by what is in it. */
function formatByContent(store: Store): 1 | 2 | undefined {
  let format: 1 | 2 | undefined;
  for (const [key] of store.records()) {
    const { kind } = parseKey(key);
    if (kind === 'segment' || kind === 'state') return 2;
    format = 1;
  }
  return format;
}

/**
 * The format of a file; `undefined` for one that is new.
 * @throws Error where it is of a later version than this program
 */
export function formatOf(store: Store, path: string): 1 | 2 | undefined {
  const sealed = store.get(formatKey);
  if (sealed === undefined) return formatByContent(store);
  const text = unseal(formatKey, sealed);
  const version = text === undefined ? Number.NaN : Number(text);
  if (version === 1 || version === formatVersion) return version;
  const found = Number.isNaN(version) ? 'a format that cannot be read: it is damaged' : `format ${version}`;
  throw new Error(
    `The message buffer ${path} has ${found}; this program writes format ${formatVersion} and reads it and format 1. ` +
      'Start it with the version of Pollux that wrote it. Put it aside to begin empty.',
  );
}
