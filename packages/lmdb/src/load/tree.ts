/**
 * LMDB's file, looked at page by page before LMDB maps it. LMDB trusts what it maps: a page that is damaged, or is no
 * longer there, ends the process. The layout is that of LMDB's data format 2 (`lmdb/.../mdb.c`: `MDB_page`, `MDB_node`,
 * `MDB_meta`): little-endian, a header of 24 bytes, then offsets of nodes, which stand at the page's end.
 */
import { readFileSync } from 'node:fs';
import { isFreeList } from './free-pages.ts';

const headerBytes = 24;
const nodeBytes = 8;
const magic = 0xbeefc0de;
const dataFormat = 2;
const branch = 1;
const leaf = 2;
const overflow = 4;
const meta = 8;
/** On a node whose value has pages of its own, and tells of them: the first, its transaction, how many. */
const bigData = 1;
const bigDataBytes = 24;
const noRoot = 0xffff_ffff_ffff_ffffn;

type Visit = (key: Buffer, value: Buffer) => void;

/** What a file holds, as far as it can be followed. */
export interface Tree {
  /** Pages that are missing, or are not what others say of them. */
  readonly damagedPages: number;
  /** What was written last may not be in it: it was found from the older of two roots, or the newer may be gone. */
  readonly isOlder: boolean;
  /** Calls back with every record that can be reached. */
  visit(visit: Visit): void;
}

/** What a root says of its tree (`MDB_db`). */
interface Root {
  readonly flags: number;
  readonly depth: number;
  readonly branches: bigint;
  readonly leaves: bigint;
  readonly overflows: bigint;
  readonly entries: bigint;
  readonly page: bigint;
}

interface Meta {
  readonly pageSize: number;
  readonly free: Root;
  readonly main: Root;
  readonly lastPage: number;
  readonly transaction: bigint;
}

function rootAt(file: Buffer, at: number): Root {
  const count = (place: number): bigint => file.readBigUInt64LE(at + place);
  const [flags, depth] = [file.readUInt16LE(at + 4), file.readUInt16LE(at + 6)];
  return { flags, depth, branches: count(8), leaves: count(16), overflows: count(24), entries: count(32), page: count(40) };
}

function metaAt(file: Buffer, at: number): Meta | undefined {
  if (file.length < at + headerBytes + 136 || file.readUInt32LE(at + headerBytes) !== magic) return undefined;
  if (file.readUInt32LE(at + headerBytes + 4) !== dataFormat || file.readUInt16LE(at + 18) !== meta) return undefined;
  const databases = at + headerBytes + 24;
  return {
    pageSize: file.readUInt32LE(databases),
    free: rootAt(file, databases),
    main: rootAt(file, databases + 48),
    lastPage: Number(file.readBigUInt64LE(databases + 96)),
    transaction: file.readBigUInt64LE(databases + 104),
  };
}

const pageSizes = [4096, 8192, 16_384, 32_768, 65_536];

/** The two pages that begin the file; the newer of them, and the other where it can be read. */
function metasOf(file: Buffer): readonly Meta[] {
  const first = metaAt(file, 0);
  const found = [first, ...pageSizes.map((size) => metaAt(file, size))].filter((one) => one !== undefined);
  const usable = found.filter(({ pageSize }) => pageSizes.includes(pageSize));
  return usable.toSorted((a, b) => Number(b.transaction - a.transaction)).slice(0, 2);
}

class Walk {
  damaged = 0;
  readonly seen = { branches: 0, leaves: 0, overflows: 0, entries: 0 };
  readonly #file: Buffer;
  readonly #meta: Meta;
  readonly #visited = new Set<number>();

  constructor(file: Buffer, meta: Meta) {
    this.#file = file;
    this.#meta = meta;
  }

  /** Follows one tree from its root; returns its depth. */
  follow(root: bigint, visit?: Visit): number {
    return root === noRoot ? 0 : this.#page(Number(root), visit);
  }

  #start(page: number, pages = 1): number | undefined {
    const { pageSize, lastPage } = this.#meta;
    const at = page * pageSize;
    const fits = page >= 2 && page + pages - 1 <= lastPage && at + pages * pageSize <= this.#file.length;
    if (!fits || this.#visited.has(page) || this.#file.readBigUInt64LE(at) !== BigInt(page)) return undefined;
    this.#visited.add(page);
    return at;
  }

  #page(page: number, visit?: Visit): number {
    const at = this.#start(page);
    const nodes = at === undefined ? undefined : this.#nodes(at);
    if (at === undefined || nodes === undefined) {
      this.damaged += 1;
      return 0;
    }
    if (this.#file.readUInt16LE(at + 18) === branch) {
      this.seen.branches += 1;
      return 1 + Math.max(...nodes.map((node) => this.#page(this.#childOf(node), visit)));
    }
    this.seen.leaves += 1;
    this.seen.entries += nodes.length;
    for (const node of nodes) this.#leafNode(node, visit);
    return 1;
  }

  /** Whether a page belongs to the trees that were followed, or to a value in them. */
  holds(page: number): boolean {
    return this.#visited.has(page);
  }

  /** Where the nodes of a page stand; undefined where the page is none, or they do not lie one behind the other to its end. */
  #nodes(at: number): readonly number[] | undefined {
    const file = this.#file;
    const flags = file.readUInt16LE(at + 18);
    const lower = file.readUInt16LE(at + 20);
    const upper = file.readUInt16LE(at + 22);
    const room = this.#meta.pageSize - headerBytes;
    if ((flags !== branch && flags !== leaf) || lower % 2 !== 0 || lower > upper || upper > room) return undefined;
    const nodes: number[] = [];
    for (let place = 0; place < lower; place += 2) nodes.push(at + headerBytes + file.readUInt16LE(at + headerBytes + place));
    // LMDB moves nodes about in a page by what they say of their sizes: one that is wrong has it write outside the page.
    let next = at + headerBytes + upper;
    for (const node of nodes.toSorted((a, b) => a - b)) {
      if (node !== next || node + nodeBytes > at + headerBytes + room) return undefined;
      if (flags === leaf && file.readUInt16LE(node + 4) > bigData) return undefined;
      const bytes = nodeBytes + file.readUInt16LE(node + 6) + this.#sizeInPage(node, flags);
      next += bytes + (bytes % 2);
    }
    if (next !== at + headerBytes + room) return undefined;
    // A tree has no empty pages; a branch of one child is none.
    return nodes.length >= (flags === branch ? 2 : 1) ? nodes : undefined;
  }

  #sizeInPage(node: number, flags: number): number {
    if (flags === branch) return 0;
    return this.#file.readUInt16LE(node + 4) === bigData ? bigDataBytes : this.#sizeOf(node);
  }

  #sizeOf(node: number): number {
    return this.#file.readUInt32LE(node);
  }

  #childOf(node: number): number {
    return this.#sizeOf(node) + this.#file.readUInt16LE(node + 4) * 2 ** 32;
  }

  #leafNode(node: number, visit?: Visit): void {
    const file = this.#file;
    const size = this.#sizeOf(node);
    let valueAt = node + nodeBytes + file.readUInt16LE(node + 6);
    const keyEnd = valueAt;
    if (file.readUInt16LE(node + 4) === bigData) {
      const pages = Math.ceil((headerBytes + size) / this.#meta.pageSize);
      const isWhole = file.readBigUInt64LE(valueAt + 16) === BigInt(pages);
      const at = isWhole ? this.#start(Number(file.readBigUInt64LE(valueAt)), pages) : undefined;
      if (at === undefined || file.readUInt16LE(at + 18) !== overflow) {
        this.damaged += 1;
        return;
      }
      this.seen.overflows += pages;
      valueAt = at + headerBytes;
    }
    visit?.(file.subarray(node + nodeBytes, keyEnd), file.subarray(valueAt, valueAt + size));
  }
}

/** Follows a tree, and holds against it what its root says of it. */
function follow(file: Buffer, found: Meta): { readonly damagedPages: number; readonly reached: number } {
  let damagedPages = 0;
  const walk = new Walk(file, found);
  const freeLists: Buffer[] = [];
  let last: Buffer | undefined;
  // A key that is out of its place is found by nobody who looks for it, not even to take it away.
  const checkOrder: Visit = (key) => {
    if (last !== undefined && last.compare(key) >= 0) damagedPages += 1;
    last = key;
  };
  for (const root of [found.free, found.main]) {
    const before = { ...walk.seen };
    const depth = walk.follow(root.page, root === found.free ? (_, value) => freeLists.push(value) : checkOrder);
    const seen = (kind: 'branches' | 'leaves' | 'overflows' | 'entries'): bigint => BigInt(walk.seen[kind] - before[kind]);
    const isAsTold =
      depth === root.depth &&
      (['branches', 'leaves', 'overflows', 'entries'] as const).every((kind) => seen(kind) === root[kind]);
    if (!isAsTold && walk.damaged === 0) damagedPages += 1;
  }
  for (const list of freeLists) if (!isFreeList(list, found.lastPage, (page) => !walk.holds(page))) damagedPages += 1;
  return { damagedPages: damagedPages + walk.damaged, reached: walk.seen.entries };
}

/**
 * Follows a file's tree from its newest root, or from the one before where that leads nowhere. `undefined` for a file
 * that has none: one that was never written, or not by LMDB, or whose beginning is gone.
 */
export function readTree(path: string): Tree | undefined {
  const file = readFileSync(path);
  const [newest, before] = metasOf(file);
  if (newest === undefined) return undefined;
  const visiting = (found: Meta) => (visit: Visit) => void new Walk(file, found).follow(found.main.page, visit);
  const { damagedPages, reached } = follow(file, newest);
  if (before === undefined) return { damagedPages: damagedPages + 1, isOlder: true, visit: visiting(newest) };
  // The first of all, which is written when the file is made, has flags of its own.
  const isFirst = before.transaction === 0n;
  const isSame = isFirst || (newest.main.flags === before.main.flags && newest.free.flags === before.free.flags);
  if (damagedPages === 0 || reached > 0) {
    return { damagedPages: damagedPages + (isSame ? 0 : 1), isOlder: false, visit: visiting(newest) };
  }
  return { damagedPages: damagedPages + follow(file, before).damagedPages, isOlder: true, visit: visiting(before) };
}
