/** Before a file is opened: one that LMDB could not read without harm is written anew from what is whole. */
import { existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs';
import { parseKey, unseal } from '../record.ts';
import type { Change, Store } from '../store.ts';
import { readTree, type Tree } from './tree.ts';

/** Where a file that is damaged is kept. */
const keptAs = (path: string): string => `${path}.damaged-${new Date().toISOString().replaceAll(':', '')}`;

export type Mended = Pick<Tree, 'damagedPages' | 'isOlder'>;

const whole: Mended = { damagedPages: 0, isOlder: false };

/**
 * Looks a file over; mends it where pages are damaged, and keeps the damaged one beside it.
 * @returns how many pages were damaged, and whether what was written last may be lost
 * @throws Error for a file of which nothing can be read
 */
export async function mend(path: string, open: (path: string) => Store): Promise<Mended> {
  if (!existsSync(path) || statSync(path).size === 0) return whole;
  const tree = readTree(path);
  if (tree?.damagedPages === 0) return whole;
  const changes: Change[] = [];
  tree?.visit((name, sealed) => {
    const key = name.toString();
    // Of a segment each frame is judged by itself when it is read.
    if (parseKey(key).kind === 'segment' || unseal(key, sealed) !== undefined) changes.push([key, sealed]);
  });
  if (tree === undefined || changes.length === 0) {
    throw new Error(
      `Of the message buffer ${path} nothing can be read: it is damaged at its root, or is the file of another program. ` +
        'Put it aside, and put a copy in its place if there is one; without it the buffer begins empty.',
    );
  }
  const anew = `${path}.mended`;
  for (const old of [anew, `${anew}-lock`]) rmSync(old, { force: true });
  const store = open(anew);
  await store.write(changes);
  await store.close();
  // In this order there is a file of this name at every moment.
  linkSync(path, keptAs(path));
  renameSync(anew, path);
  for (const lock of [`${anew}-lock`, `${path}-lock`]) rmSync(lock, { force: true });
  return tree;
}
