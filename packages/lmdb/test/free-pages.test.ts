/** A list of free pages that is wrong is seen before LMDB writes over a page that is in use. */
import { expect, it } from 'vitest';
import { isFreeList } from '../src/tree/free-pages.ts';

const listOf = (...ids: readonly number[]): Buffer => {
  const list = Buffer.alloc((ids.length + 1) * 8);
  [ids.length, ...ids].forEach((id, index) => {
    list.writeBigInt64LE(BigInt(id), index * 8);
  });
  return list;
};
const isFree = (page: number): boolean => page >= 2 && page <= 100 && (page < 10 || page > 12);

it.each([
  { what: 'no page', list: listOf(), is: true },
  { what: 'single pages, and empty places', list: listOf(9, 0, 3, 0), is: true },
  { what: 'a block of pages', list: listOf(-3, 4, 20), is: true },
  { what: 'a page in use', list: listOf(9, 11), is: false },
  { what: 'a block that reaches into pages in use', list: listOf(-3, 8), is: false },
  { what: 'one of the two pages that begin the file', list: listOf(1), is: false },
  { what: 'a page beyond the last', list: listOf(101), is: false },
  { what: 'a page beyond all numbers', list: listOf(9, 2 ** 60), is: false },
  { what: 'a block beyond the last', list: listOf(-3, 99), is: false },
  { what: 'a block that does not say where it begins', list: listOf(9, -3), is: false },
  { what: 'a count beyond its end', list: listOf(3, 4).fill(9, 0, 1), is: false },
  { what: 'a negative count', list: listOf(3, 4).fill(255, 0, 8), is: false },
  { what: 'nothing at all', list: Buffer.alloc(0), is: false },
])('$what', ({ list, is }) => {
  expect(isFreeList(list, isFree)).toBe(is);
});
