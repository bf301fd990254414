/**
 * LMDB's file, looked at page by page before LMDB maps it. LMDB trusts what it maps: a page that is damaged, or is no
 * longer there, ends the process, and what it believes to be free it writes over.
 */
import { isFreeList } from './free-pages.ts';
import { byBytes, byNumber, KeyOrder, numberBytes } from './key-order.ts';
import { type PageFile, withPageFile } from './page-file.ts';
import { type Meta, metasOf } from './roots.ts';
import { type Visit, Walk } from './walk.ts';

/** A flag of lmdb-js: this transaction was not synced before its root was written. Files of before have it. */
const overlappingSync = 0x1000;

/** What a file holds, as far as it can be followed. */
export interface Tree {
  /** Pages that are missing, or are not what others say of them. */
  readonly damagedPages: number;
  /** What was written last may not be in it: it was found from the older of two roots, or the newer may be gone. */
  readonly isOlder: boolean;
  /** Calls back with every record that can be reached. */
  visit(visit: Visit): void;
}

/** Follows both trees of a root, and holds against them what the root says of them. */
function follow(file: PageFile, found: Meta): { readonly damagedPages: number; readonly reached: number } {
  let damagedPages = 0;
  const walk = new Walk(file, found);
  const freeLists: (readonly [key: Buffer, list: Buffer])[] = [];
  const noteFree: Visit = (key, _, list) => void freeLists.push([key, list()]);
  const listeners = [
    { root: found.free, order: new KeyOrder(byNumber), visit: noteFree },
    { root: found.main, order: new KeyOrder(byBytes) },
  ];
  for (const { root, ...listener } of listeners) {
    const before = { ...walk.seen };
    const depth = walk.follow(root.page, listener);
    const seen = (kind: 'branches' | 'leaves' | 'overflows' | 'entries'): bigint => BigInt(walk.seen[kind] - before[kind]);
    const isAsTold =
      depth === root.depth &&
      (['branches', 'leaves', 'overflows', 'entries'] as const).every((kind) => seen(kind) === root[kind]);
    if (!isAsTold && walk.damaged === 0) damagedPages += 1;
    damagedPages += listener.order.broken;
  }
  for (const [key, list] of freeLists) {
    // Pages that a transaction to come will have freed would be lost with what that writes here.
    const isKnown = key.length === numberBytes && key.readBigUInt64LE() <= found.transaction;
    if (!isKnown || !isFreeList(list, (page) => walk.claim(page))) damagedPages += 1;
  }
  return { damagedPages: damagedPages + walk.damaged, reached: walk.seen.entries };
}

/**
 * Follows a file's tree from its newest root, or from the one before where that leads nowhere. `undefined` for a file
 * that has none: one that was never written, or not by LMDB, or whose beginning is gone.
 */
export function readTree(path: string): Tree | undefined {
  return withPageFile(path, (file) => readFrom(file, path));
}

function readFrom(file: PageFile, path: string): Tree | undefined {
  const [newest, before] = metasOf(file);
  if (newest === undefined) return undefined;
  const visiting = (found: Meta) => (visit: Visit) =>
    withPageFile(path, (again) => void new Walk(again, found).follow(found.main.page, { visit }));
  const { damagedPages, reached } = follow(file, newest);
  if (before === undefined) return { damagedPages: damagedPages + 1, isOlder: true, visit: visiting(newest) };
  // The first of all, which is written when the file is made, has flags of its own.
  const isFirst = before.transaction === 0n;
  const isAlike = (one: number, other: number): boolean => ((one ^ other) & ~overlappingSync) === 0;
  const isSame = isFirst || (isAlike(newest.main.flags, before.main.flags) && isAlike(newest.free.flags, before.free.flags));
  if (damagedPages === 0 || reached > 0) {
    return { damagedPages: damagedPages + (isSame ? 0 : 1), isOlder: false, visit: visiting(newest) };
  }
  return { damagedPages: damagedPages + follow(file, before).damagedPages, isOlder: true, visit: visiting(before) };
}
