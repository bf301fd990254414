/** A few requests as clients and publishers make them. */
import { signTokens } from '@pollux/auth';
import { key, secret } from './good-configuration.ts';

/** A token of the test configuration's secret. */
export async function tokenFor(recipient: string, ttl = 600): Promise<string> {
  return (await signTokens({ secret })({ recipient, applications: ['orders', 'news'], ttl })).token;
}

/** Polls; `body` goes beside the two applications. */
export function poll(url: string, token: string, body: object = {}): Promise<Response> {
  return fetch(`${url}/poll`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ applications: { orders: { cursor: null } }, ...body }),
  });
}

/** Publishes one notification for orders. */
export function publish(
  url: string,
  data: unknown,
  more: { readonly to?: object; readonly key?: string; readonly idempotencyKey?: string } = {},
): Promise<Response> {
  return fetch(`${url}/applications/orders/notifications`, {
    method: 'POST',
    headers: { authorization: `Bearer ${more.key ?? key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      to: more.to ?? { recipients: ['alice'] },
      kind: 'direct',
      type: 'order.changed',
      data,
      ...(more.idempotencyKey !== undefined && { key: more.idempotencyKey }),
    }),
  });
}
