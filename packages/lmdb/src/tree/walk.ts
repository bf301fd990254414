/**
 * Following a tree page by page. The layout is that of LMDB's data format 2 (`lmdb/.../mdb.c`: `MDB_page`, `MDB_node`):
 * little-endian, a header of 24 bytes, then offsets of nodes, which stand at the page's end.
 */
import type { KeyOrder } from './key-order.ts';
import { flagsAt, headerBytes, type Meta } from './roots.ts';

const nodeBytes = 8;
const branch = 1;
const leaf = 2;
const overflow = 4;
/** On a node whose value has pages of its own, and tells of them: the first, its transaction, how many. */
const bigData = 1;
const bigDataBytes = 24;
const noRoot = 0xffff_ffff_ffff_ffffn;

export type Visit = (key: Buffer, value: Buffer) => void;

/** Who is told of what a tree has. */
interface Listener {
  readonly order?: KeyOrder;
  readonly visit?: Visit;
}

export class Walk {
  damaged = 0;
  readonly seen = { branches: 0, leaves: 0, overflows: 0, entries: 0 };
  readonly #file: Buffer;
  readonly #meta: Meta;
  readonly #claimed = new Set<number>();

  constructor(file: Buffer, meta: Meta) {
    this.#file = file;
    this.#meta = meta;
  }

  /** Follows one tree from its root; returns its depth. */
  follow(root: bigint, listener: Listener): number {
    return root === noRoot ? 0 : this.#page(Number(root), listener);
  }

  /** Notes that a page is used, or free; false where that was said of it before: no page is two things. */
  claim(page: number): boolean {
    if (this.#claimed.has(page)) return false;
    this.#claimed.add(page);
    return true;
  }

  /** Where pages that belong together begin in the file; undefined where they are not there, or belong to others too. */
  #start(page: number, pages = 1): number | undefined {
    const { pageSize, lastPage } = this.#meta;
    const at = page * pageSize;
    const fits = page >= 2 && page + pages - 1 <= lastPage && at + pages * pageSize <= this.#file.length;
    if (!fits || this.#file.readBigUInt64LE(at) !== BigInt(page)) return undefined;
    let isOnlyHere = true;
    for (let one = page; one < page + pages; one++) isOnlyHere = this.claim(one) && isOnlyHere;
    return isOnlyHere ? at : undefined;
  }

  #page(page: number, listener: Listener): number {
    const at = this.#start(page);
    const nodes = at === undefined ? undefined : this.#nodes(at);
    if (at === undefined || nodes === undefined) {
      this.damaged += 1;
      return 0;
    }
    if (this.#file.readUInt16LE(at + flagsAt) === branch) {
      this.seen.branches += 1;
      return 1 + this.#children(nodes, listener);
    }
    this.seen.leaves += 1;
    this.seen.entries += nodes.length;
    for (const node of nodes) this.#leafNode(node, listener);
    return 1;
  }

  /** Returns the depth of the deepest. */
  #children(nodes: readonly number[], listener: Listener): number {
    let depth = 0;
    for (const [index, node] of nodes.entries()) {
      // The first stands for all that is less than the second, whatever its key.
      if (index > 0) listener.order?.divide(this.#keyOf(node));
      depth = Math.max(depth, this.#page(this.#childOf(node), listener));
    }
    return depth;
  }

  /** Where the nodes of a page stand; undefined where the page is none, or they do not lie one behind the other to its end. */
  #nodes(at: number): readonly number[] | undefined {
    const file = this.#file;
    const flags = file.readUInt16LE(at + flagsAt);
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

  #keyOf(node: number): Buffer {
    return this.#file.subarray(node + nodeBytes, node + nodeBytes + this.#file.readUInt16LE(node + 6));
  }

  #leafNode(node: number, { order, visit }: Listener): void {
    const file = this.#file;
    const size = this.#sizeOf(node);
    const key = this.#keyOf(node);
    let valueAt = node + nodeBytes + key.length;
    order?.add(key);
    if (file.readUInt16LE(node + 4) === bigData) {
      const pages = Math.ceil((headerBytes + size) / this.#meta.pageSize);
      const isWhole = file.readBigUInt64LE(valueAt + 16) === BigInt(pages);
      const at = isWhole ? this.#start(Number(file.readBigUInt64LE(valueAt)), pages) : undefined;
      if (at === undefined || file.readUInt16LE(at + flagsAt) !== overflow) {
        this.damaged += 1;
        return;
      }
      this.seen.overflows += pages;
      valueAt = at + headerBytes;
    }
    visit?.(key, file.subarray(valueAt, valueAt + size));
  }
}
