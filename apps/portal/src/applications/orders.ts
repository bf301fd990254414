/**
 * The order desk's server. Its messages are of the kind `fetch`: they carry no order, only where to get it. So what
 * an order says never leaves this server but to who asks it here, and a page that was away asks once per order.
 */
import { randomUUID } from 'node:crypto';
import { staffIds } from '../staff.ts';
import type { Order } from './orders/order.ts';
import { createOrderBook, type OrderBook } from './orders/order-book.ts';
import { optionalTextField } from './shared/body.ts';
import { Refusal, type Route } from './shared/json-server.ts';
import type { Publisher } from './shared/publisher.ts';
import { run } from './shared/run.ts';
import { startTraffic } from './shared/traffic.ts';

/** Who was away for longer is told of the loss, and loads the list once instead of one order after another. */
const hintSeconds = 120;

await run({
  name: 'orders',
  port: 4112,
  traffic: 9,
  build({ settings, publisher, chance }) {
    const address = process.env['ORDERS_URL'] ?? `http://${settings.host}:${settings.port}`;
    // With traffic, clients take up to a second before they ask, so that a change does not bring them all at once.
    const announce = announcer(publisher, new URL(address).origin, settings.traffic > 0 ? 1 : 0);
    const book = createOrderBook({ chance, announce });
    const stop = startTraffic(settings.traffic, chance, () => {
      if (chance.happens(0.22) || !book.advance()) book.place();
    });
    return { routes: routes(book), stop };
  },
});

function announcer(publisher: Publisher, address: string, spread: number): (order: Order) => void {
  // The book is new with each start, its numbers may come again: a key of this life must not meet one of the last.
  const life = randomUUID().slice(0, 8);
  return (order) =>
    void publisher.publish({
      to: { recipients: staffIds },
      kind: 'fetch',
      type: 'order.changed',
      fetch: { href: `${address}/api/orders/${order.id}`, version: String(order.version), spread },
      topic: `order-${order.id}`,
      ttl: hintSeconds,
      key: `${life}:${order.id}:${order.version}`,
    });
}

function routes(book: OrderBook): readonly Route[] {
  return [
    { method: 'GET', path: '/api/orders', handle: () => ({ json: { orders: book.list() } }) },
    { method: 'GET', path: '/api/orders/:id', handle: ({ params }) => order(book, params['id'] ?? '') },
    { method: 'POST', path: '/demo/order', handle: () => ({ status: 201, json: book.place() }) },
    { method: 'POST', path: '/demo/advance', handle: ({ body }) => advance(book, optionalTextField(body, 'id')) },
  ];
}

function order(book: OrderBook, id: string): { readonly headers: Record<string, string>; readonly json: Order } {
  const found = book.find(id);
  if (!found) throw new Refusal(404, `There is no order ${id}`);
  return { headers: { etag: `"${found.version}"` }, json: found };
}

function advance(book: OrderBook, id: string | undefined): { readonly json: Order } {
  const changed = book.advance(id);
  if (!changed) throw new Refusal(409, 'No such order is under way');
  return { json: changed };
}
