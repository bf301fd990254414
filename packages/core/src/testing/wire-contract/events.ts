/** CloudEvents as the cases send them. */
import type { WireAnswer } from './answer.ts';
import type { Wire } from './wire.ts';

type Members = Readonly<Record<string, unknown>>;
type Headers = Readonly<Record<string, string>>;

export const structured: Headers = { 'content-type': 'application/cloudevents+json' };
export const batch: Headers = { 'content-type': 'application/cloudevents-batch+json' };

/** An event to alice, with the given members beside. */
export function cloudEvent(members: Members = {}): Members {
  return { ...bareEvent(members), polluxrecipient: 'alice', ...members };
}

/** An event that does not say for whom it is. */
export function bareEvent(members: Members = {}): Members {
  return { specversion: '1.0', id: 'e-1', source: '/shop', type: 'order.changed', data: { n: 7 }, ...members };
}

/** The headers of an event to alice in binary mode. */
export function eventHeaders(headers: Headers = {}): Headers {
  const attributes = { 'ce-specversion': '1.0', 'ce-id': 'e-1', 'ce-source': '/shop', 'ce-type': 'order.changed' };
  return { 'content-type': 'application/json', ...attributes, 'ce-polluxrecipient': 'alice', ...headers };
}

/** Sends to the sink's URL with a query. */
export function sendTo(wire: Wire, query: string, body: unknown, headers: Headers = structured): Promise<WireAnswer> {
  const path = `/applications/orders/notifications${query}`;
  return wire.send('POST', path, { body, headers: { ...wire.peer.publisher('orders'), ...headers } });
}
