/**
 * Following a tree page by page. The layout is that of LMDB's data format 2 (`lmdb/.../mdb.c`: `MDB_page`, `MDB_node`):
 * little-endian, a header of 24 bytes, then offsets of nodes, which stand at the page's end.
 */
import type { KeyOrder } from './key-order.ts';
import type { PageFile } from './page-file.ts';
import { flagsAt, headerBytes, type Meta } from './roots.ts';

const nodeBytes = 8;
const branch = 1;
const leaf = 2;
const overflow = 4;
/** On a node whose value has pages of its own, and tells of them: the first, its transaction, how many. */
const bigData = 1;
const bigDataBytes = 24;
/** As many may have been taken and freed at once. */
const pagesNeverWritten = 1024;
/** The two before it are the file's beginning. */
const firstPage = 2;
const noRoot = 0xffff_ffff_ffff_ffffn;

/** Is told of a record: its key, its value's bytes, and the value where it is asked for. */
export type Visit = (key: Buffer, size: number, value: () => Buffer) => void;

/** Who is told of what a tree has. */
interface Listener {
  readonly order?: KeyOrder;
  readonly visit?: Visit;
}

export class Walk {
  damaged = 0;
  readonly seen = { branches: 0, leaves: 0, overflows: 0, entries: 0 };
  readonly #file: PageFile;
  readonly #meta: Meta;
  /** A bit for each page. */
  readonly #claimed: Uint8Array;
  readonly #pages: number;

  constructor(file: PageFile, meta: Meta) {
    this.#file = file;
    this.#meta = meta;
    // What was freed as soon as it was taken was never written, so the last may be beyond the file's end, but not far.
    const most = 2 * Math.ceil(file.bytes / meta.pageSize) + pagesNeverWritten;
    this.#pages = Math.min(meta.lastPage + 1, most);
    if (meta.lastPage >= most) this.damaged += 1;
    this.#claimed = new Uint8Array(Math.ceil(this.#pages / 8));
  }

  /** Follows one tree from its root; returns its depth. */
  follow(root: bigint, listener: Listener): number {
    return root === noRoot ? 0 : this.#page(Number(root), listener);
  }

  /** Notes that a page is used, or free; false where that was said of it before, or it is not there: no page is two things. */
  claim(page: number): boolean {
    if (page < firstPage || page >= this.#pages) return false;
    const bit = 1 << (page & 7);
    const bits = this.#claimed[page >> 3] ?? 0;
    this.#claimed[page >> 3] = bits | bit;
    return (bits & bit) === 0;
  }

  /** Reads the beginning of pages that belong together; undefined where they are not there, or belong to others too. */
  #read(page: number, bytes: number, pages = 1): Buffer | undefined {
    const { pageSize } = this.#meta;
    if (page < firstPage || page + pages > this.#pages || (page + pages) * pageSize > this.#file.bytes) return undefined;
    const found = this.#file.read(page * pageSize, bytes);
    if (found.readBigUInt64LE() !== BigInt(page)) return undefined;
    let isOnlyHere = true;
    for (let one = page; one < page + pages; one++) isOnlyHere = this.claim(one) && isOnlyHere;
    return isOnlyHere ? found : undefined;
  }

  #page(number: number, listener: Listener): number {
    const page = this.#read(number, this.#meta.pageSize);
    const nodes = page && this.#nodes(page);
    if (page === undefined || nodes === undefined) {
      this.damaged += 1;
      return 0;
    }
    if (page.readUInt16LE(flagsAt) === branch) {
      this.seen.branches += 1;
      return 1 + this.#children(page, nodes, listener);
    }
    this.seen.leaves += 1;
    this.seen.entries += nodes.length;
    for (const node of nodes) this.#leafNode(page, node, listener);
    return 1;
  }

  /** Returns the depth of the deepest. */
  #children(page: Buffer, nodes: readonly number[], listener: Listener): number {
    let depth = 0;
    for (const [index, node] of nodes.entries()) {
      // The first stands for all that is less than the second, whatever its key.
      if (index > 0) listener.order?.divide(keyAt(page, node));
      depth = Math.max(depth, this.#page(childAt(page, node), listener));
    }
    return depth;
  }

  /** Where the nodes of a page stand; undefined where the page is none, or they do not lie one behind the other to its end. */
  #nodes(page: Buffer): readonly number[] | undefined {
    const flags = page.readUInt16LE(flagsAt);
    const lower = page.readUInt16LE(20);
    const upper = page.readUInt16LE(22);
    const room = page.length - headerBytes;
    if ((flags !== branch && flags !== leaf) || lower % 2 !== 0 || lower > upper || upper > room) return undefined;
    const nodes: number[] = [];
    for (let place = 0; place < lower; place += 2) nodes.push(headerBytes + page.readUInt16LE(headerBytes + place));
    // LMDB moves nodes about in a page by what they say of their sizes: one that is wrong has it write outside the page.
    let next = headerBytes + upper;
    for (const node of nodes.toSorted((a, b) => a - b)) {
      if (node !== next || node + nodeBytes > page.length) return undefined;
      if (flags === leaf && page.readUInt16LE(node + 4) > bigData) return undefined;
      const bytes = nodeBytes + page.readUInt16LE(node + 6) + (flags === branch ? 0 : sizeInPage(page, node));
      next += bytes + (bytes % 2);
    }
    if (next !== page.length) return undefined;
    // A tree has no empty pages; a branch of one child is none.
    return nodes.length >= (flags === branch ? 2 : 1) ? nodes : undefined;
  }

  #leafNode(page: Buffer, node: number, { order, visit }: Listener): void {
    const size = sizeAt(page, node);
    const key = keyAt(page, node);
    const valueAt = node + nodeBytes + key.length;
    order?.add(key);
    if (page.readUInt16LE(node + 4) !== bigData) {
      visit?.(key, size, () => page.subarray(valueAt, valueAt + size));
      return;
    }
    const { pageSize } = this.#meta;
    const pages = Math.ceil((headerBytes + size) / pageSize);
    const isWhole = page.readBigUInt64LE(valueAt + 16) === BigInt(pages);
    const first = Number(page.readBigUInt64LE(valueAt));
    const header = isWhole ? this.#read(first, headerBytes, pages) : undefined;
    if (header?.readUInt16LE(flagsAt) !== overflow) {
      this.damaged += 1;
      return;
    }
    this.seen.overflows += pages;
    visit?.(key, size, () => this.#file.read(first * pageSize + headerBytes, size));
  }
}

function sizeAt(page: Buffer, node: number): number {
  return page.readUInt32LE(node);
}

function sizeInPage(page: Buffer, node: number): number {
  return page.readUInt16LE(node + 4) === bigData ? bigDataBytes : sizeAt(page, node);
}

function childAt(page: Buffer, node: number): number {
  return page.readUInt32LE(node) + page.readUInt16LE(node + 4) * 2 ** 32;
}

function keyAt(page: Buffer, node: number): Buffer {
  return page.subarray(node + nodeBytes, node + nodeBytes + page.readUInt16LE(node + 6));
}
