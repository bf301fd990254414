import { describe, expect, it } from 'vitest';
import { type Order, orderSteps } from '../src/applications/orders/order.ts';
import { createOrderBook } from '../src/applications/orders/order-book.ts';
import { createChance } from '../src/applications/shared/random.ts';

function openBook(seed = 3, opening = 12) {
  const told: Order[] = [];
  let now = Date.UTC(2026, 0, 5, 9);
  const book = createOrderBook({ chance: createChance(seed), announce: (order) => told.push(order), now: () => ++now, opening });
  return { book, told };
}

describe('order book', () => {
  it('opens with orders that are announced to nobody', () => {
    const { book, told } = openBook();
    expect(book.list().length).toBeGreaterThan(5);
    expect(told).toEqual([]);
  });

  it('announces a new order and finds it', () => {
    const { book, told } = openBook();
    const order = book.place();
    expect(told).toEqual([order]);
    expect(book.find(order.id)).toEqual(order);
    expect(book.list()[0]).toEqual(order);
  });

  it('takes an order through its steps and no further', () => {
    const { book } = openBook(3, 0);
    const { id } = book.place();
    const steps = Array.from({ length: 6 }, () => book.advance(id)?.step);
    expect(steps).toEqual([...orderSteps.slice(1), undefined, undefined]);
    expect(book.find(id)?.version).toBe(5);
  });

  it('has nothing to advance when it is empty', () => {
    expect(openBook(3, 0).book.advance()).toBeUndefined();
  });

  it('keeps the board small however much happens', () => {
    const { book } = openBook();
    for (let n = 0; n < 500; n++) n % 3 === 0 ? book.place() : book.advance();
    expect(book.list().length).toBeLessThanOrEqual(40);
    expect(book.list().filter(({ step }) => step === 'delivered').length).toBeLessThanOrEqual(6);
  });

  it('tells the same story for the same seed', () => {
    const story = (seed: number) =>
      openBook(seed)
        .book.list()
        .map(({ id, customer, total }) => [id, customer, total]);
    expect(story(11)).toEqual(story(11));
    expect(story(11)).not.toEqual(story(12));
  });

  it('adds up the total of the lines', () => {
    const { book } = openBook();
    for (const { lines, total } of book.list()) {
      expect(lines.length).toBeGreaterThan(0);
      expect(Number.isInteger(total) && total > 0).toBe(true);
    }
  });
});
