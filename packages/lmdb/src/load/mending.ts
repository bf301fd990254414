/** Before a file is opened: one that LMDB could not read without harm, or that is nearly empty, is written anew. */
import { existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseKey, type RecordKey, unseal } from '../record.ts';
import type { Change, Store } from '../store.ts';
import { readTree, type Tree } from '../tree/tree.ts';
import { syncFolder } from './sync-folder.ts';

/** Where a file that is damaged is kept. */
const keptAs = (path: string): string => `${path}.damaged-${new Date().toISOString().replaceAll(':', '')}`;

/** LMDB never gives pages back: a file of at least so many bytes, of which less than this part is in use, is written anew. */
const worthShrinkingBytes = 16 * 2 ** 20;
const leastInUse = 1 / 8;

export type Mended = Pick<Tree, 'damagedPages' | 'isOlder'>;

const whole: Mended = { damagedPages: 0, isOlder: false };

/** Every record that can be reached. What of it is damaged is found, and told, when it is read. */
function recordsOf(tree: Tree): (readonly [key: RecordKey, sealed: Buffer])[] {
  const found: (readonly [key: RecordKey, sealed: Buffer])[] = [];
  tree.visit((name, _, sealed) => void found.push([name.toString(), sealed()]));
  return found;
}

/** Whether a record of a damaged file is what was written; of a segment each frame is judged by itself when it is read. */
function isBelievable([key, sealed]: readonly [key: RecordKey, sealed: Buffer]): boolean {
  return parseKey(key).kind === 'segment' || unseal(key, sealed) !== undefined;
}

/** Puts a file with these records in the place of another, which is kept where that is asked. */
async function writeAnew(
  path: string,
  records: readonly Change[],
  open: (path: string) => Store,
  keepAs?: string,
): Promise<void> {
  const anew = `${path}.mended`;
  const forget = (): void => [anew, `${anew}-lock`].forEach((old) => void rmSync(old, { force: true }));
  forget();
  const store = open(anew);
  try {
    await store.write(records);
  } catch (error) {
    await store.close();
    forget();
    throw error;
  }
  await store.close();
  // In this order there is a file of this name at every moment.
  if (keepAs !== undefined) linkSync(path, keepAs);
  renameSync(anew, path);
  // What is written from now on must not go with a file that a power cut gives its old name.
  syncFolder(dirname(path));
  for (const lock of [`${anew}-lock`, `${path}-lock`]) rmSync(lock, { force: true });
}

function isNearlyEmpty(path: string, tree: Tree): boolean {
  const { size } = statSync(path);
  if (size < worthShrinkingBytes) return false;
  let used = 0;
  tree.visit((name, bytes) => {
    used += name.length + bytes;
  });
  return used < size * leastInUse;
}

/**
 * Looks a file over; mends it where pages are damaged, and keeps the damaged one beside it.
 * @returns how many pages were damaged, and whether what was written last may be lost
 * @throws Error for a file of which nothing can be read
 */
export async function mend(path: string, open: (path: string) => Store): Promise<Mended> {
  if (!existsSync(path) || statSync(path).size === 0) return whole;
  const tree = readTree(path);
  if (tree?.damagedPages === 0) {
    // Where there is no room for another file, this one serves as it is.
    if (isNearlyEmpty(path, tree)) await writeAnew(path, recordsOf(tree), open).catch(() => undefined);
    return whole;
  }
  const records = tree === undefined ? [] : recordsOf(tree).filter(isBelievable);
  if (tree === undefined || records.length === 0) {
    throw new Error(
      `Of the message buffer ${path} nothing can be read: it is damaged at its root, or is the file of another program. ` +
        'Put it aside, and put a copy in its place if there is one; without it the buffer begins empty.',
    );
  }
  await writeAnew(path, records, open, keptAs(path));
  return tree;
}
