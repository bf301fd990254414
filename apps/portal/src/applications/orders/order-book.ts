import type { Chance } from '../shared/random.ts';
import { createBaskets } from './catalogue.ts';
import { type Order, type OrderStep, orderSteps } from './order.ts';

export interface OrderBookOptions {
  readonly chance: Chance;
  /** Tells that an order is new or has changed. */
  readonly announce: (order: Order) => void;
  readonly now?: () => number;
  /** Orders that are in the book when it is opened. @default 12 */
  readonly opening?: number;
}

/** The order desk's data: the only place where orders live. */
export interface OrderBook {
  /** A customer orders. */
  place(): Order;
  /** This order, or any that is under way, goes one step on; `undefined` where none can. */
  advance(id?: string): Order | undefined;
  find(id: string): Order | undefined;
  /** What the board shows, the last changed first: all that is under way, and the last that were delivered. */
  list(): readonly Order[];
}

const shown = { delivered: 6, all: 40 };
const kept = 500;
const minute = 60_000;

/** Opens the book. */
export function createOrderBook(options: OrderBookOptions): OrderBook {
  const { chance, announce, now = Date.now, opening = 12 } = options;
  const basket = createBaskets(chance);
  const orders = new Map<string, Order>();
  let last = 48_200 + chance.between(0, 60);

  function store(order: Order): Order {
    orders.set(order.id, order);
    for (const old of [...orders.values()].sort(byChange).slice(kept)) orders.delete(old.id);
    return order;
  }

  function create(step: OrderStep, placedMs: number, changedMs: number): Order {
    last += chance.between(1, 4);
    return store({ id: String(last), version: orderSteps.indexOf(step) + 1, ...basket(), step, placedMs, changedMs });
  }

  for (let left = opening; left > 0; left--) {
    const step = chance.pick(orderSteps);
    const placedMs = now() - chance.between(40 + left * 12, 60 + left * 12) * minute;
    create(step, placedMs, step === 'placed' ? placedMs : placedMs + chance.between(8, 30) * minute);
  }

  return {
    place() {
      const at = now();
      const order = create('placed', at, at);
      announce(order);
      return order;
    },
    advance(id) {
      const [first, ...others] = [...orders.values()].filter((order) => nextStep(order) && (id === undefined || order.id === id));
      if (!first) return undefined;
      const order = chance.pick([first, ...others]);
      const changed = store({ ...order, version: order.version + 1, step: nextStep(order) ?? order.step, changedMs: now() });
      announce(changed);
      return changed;
    },
    find: (id) => orders.get(id),
    list: () => {
      const all = [...orders.values()].sort(byChange);
      const old = new Set(all.filter(({ step }) => step === 'delivered').slice(shown.delivered));
      return all.filter((order) => !old.has(order)).slice(0, shown.all);
    },
  };
}

function nextStep(order: Order): OrderStep | undefined {
  return orderSteps[orderSteps.indexOf(order.step) + 1];
}

function byChange(one: Order, other: Order): number {
  return other.changedMs - one.changedMs || Number(other.id) - Number(one.id);
}
