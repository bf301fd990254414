/** Keys that LMDB could not find where they stand. */
import { expect, it } from 'vitest';
import { byBytes, byNumber, KeyOrder } from '../src/tree/key-order.ts';

/** Words are keys; one between strokes is what a branch says of those after it. */
function brokenIn(keys: string): number {
  const order = new KeyOrder(byBytes);
  for (const key of keys.split(' ')) {
    if (key.startsWith('|')) order.divide(Buffer.from(key.slice(1)));
    else order.add(Buffer.from(key));
  }
  return order.broken;
}

it.each([
  ['a b c', 0],
  ['a ab b', 0],
  ['a c b', 1],
  ['a a', 1],
  ['a b |c c d', 0],
  ['a b |c d', 0],
  ['a b |b b', 2],
  ['a b |d c', 1],
  ['a b |c d |e f', 0],
  ['a b |c d |d e', 1],
])('%s: %i out of place', (keys, broken) => expect(brokenIn(keys)).toBe(broken));

it.each([
  [[1n, 2n, 256n], 0],
  [[256n, 2n, 3n], 1],
])('numbers %s: %i out of place', (numbers, broken) => {
  const order = new KeyOrder(byNumber);
  for (const number of numbers) {
    const key = Buffer.alloc(8);
    key.writeBigUInt64LE(number);
    order.add(key);
  }
  expect(order.broken).toBe(broken);
});

it('what is no number has no place among them', () => {
  const order = new KeyOrder(byNumber);
  order.add(Buffer.alloc(8));
  order.add(Buffer.alloc(9, 1));
  expect(order.broken).toBe(1);
});
