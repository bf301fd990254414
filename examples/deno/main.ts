import { createCommunicationServer } from '@pollux/core/server';
import { createFetchHandler } from '@pollux/fetch';

const users = new Map([['Bearer token-of-alice', { recipient: 'alice' }]]);
const server = createCommunicationServer({ applications: { orders: { title: 'Orders' } } });
const orders = server.application('orders');
const pollux = createFetchHandler({ server, authenticate: (request) => users.get(request.header('authorization') ?? '') });

Deno.serve({ hostname: '127.0.0.1', port: Number(Deno.env.get('PORT') ?? 3000) }, async (request) => {
  if (pollux.matches(request)) return pollux(request);
  const { pathname } = new URL(request.url);
  if (request.method !== 'POST' || pathname !== '/orders/ship') return new Response(null, { status: 404 });
  return Response.json(
    await orders.notify({ recipients: ['alice'] }, { kind: 'direct', type: 'order.shipped', data: { id: 7 } }),
  );
});
