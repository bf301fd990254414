/** The two pages that begin a file of LMDB (`MDB_meta`): each tells where the trees of its transaction are. */

import type { PageFile } from './page-file.ts';

/** Bytes of every page's header; its flags stand in it. */
export const headerBytes = 24;
export const flagsAt = 18;

const magic = 0xbeefc0de;
const dataFormat = 2;
const meta = 8;
const metaBytes = 136;
const pageSizes = [4096, 8192, 16_384, 32_768, 65_536];

/** What a root says of its tree (`MDB_db`). */
export interface Root {
  readonly flags: number;
  readonly depth: number;
  readonly branches: bigint;
  readonly leaves: bigint;
  readonly overflows: bigint;
  readonly entries: bigint;
  readonly page: bigint;
}

export interface Meta {
  readonly pageSize: number;
  readonly free: Root;
  readonly main: Root;
  readonly lastPage: number;
  readonly transaction: bigint;
}

function rootAt(page: Buffer, at: number): Root {
  const count = (place: number): bigint => page.readBigUInt64LE(at + place);
  const [flags, depth] = [page.readUInt16LE(at + 4), page.readUInt16LE(at + 6)];
  return { flags, depth, branches: count(8), leaves: count(16), overflows: count(24), entries: count(32), page: count(40) };
}

function metaAt(file: PageFile, at: number): Meta | undefined {
  const page = file.read(at, headerBytes + metaBytes);
  if (page.length < headerBytes + metaBytes || page.readUInt32LE(headerBytes) !== magic) return undefined;
  if (page.readUInt32LE(headerBytes + 4) !== dataFormat || page.readUInt16LE(flagsAt) !== meta) return undefined;
  const databases = headerBytes + 24;
  return {
    pageSize: page.readUInt32LE(databases),
    free: rootAt(page, databases),
    main: rootAt(page, databases + 48),
    lastPage: Number(page.readBigUInt64LE(databases + 96)),
    transaction: page.readBigUInt64LE(databases + 104),
  };
}

/** The newer of the two, and the other where it can be read. */
export function metasOf(file: PageFile): readonly Meta[] {
  const found = [0, ...pageSizes].map((at) => metaAt(file, at)).filter((one) => one !== undefined);
  const usable = found.filter(({ pageSize }) => pageSizes.includes(pageSize));
  return usable.toSorted((a, b) => Number(b.transaction - a.transaction)).slice(0, 2);
}
