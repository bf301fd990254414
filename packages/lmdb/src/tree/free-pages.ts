/**
 * What LMDB holds for free, and writes over next: a page of a tree among it would be lost with the next transaction, and
 * one that is told twice would be given to two.
 */

const idBytes = 8;

/**
 * Whether a list of free pages is one (lmdb-js's `MDB_IDL`: how many entries, then numbers of pages; a negative one says
 * how many pages begin at the number after it, 0 is an empty place), and every page of it is there, and can be claimed.
 */
export function isFreeList(value: Buffer, claim: (page: number) => boolean): boolean {
  const entries = value.length < idBytes ? -1 : Number(value.readBigInt64LE());
  if (entries < 0 || (entries + 1) * idBytes > value.length) return false;
  let pages = 1;
  for (let entry = 1; entry <= entries; entry++) {
    const id = Number(value.readBigInt64LE(entry * idBytes));
    // Beyond, one more is no other number.
    if (!Number.isSafeInteger(id)) return false;
    if (id < 0) {
      pages = -id;
      continue;
    }
    for (let page = id; id > 0 && page < id + pages; page++) if (!claim(page)) return false;
    pages = 1;
  }
  return pages === 1;
}
