import { createCommunicationServer } from '@pollux/core/server';
import { createFetchHandler } from '@pollux/fetch';

const users = new Map([['Bearer token-of-alice', { recipient: 'alice' }]]);
const server = createCommunicationServer({ applications: { orders: { title: 'Orders' } } });
const orders = server.application('orders');
const pollux = createFetchHandler({ server, authenticate: (request) => users.get(request.header('authorization') ?? '') });

const { url } = Bun.serve({
  hostname: '127.0.0.1',
  port: Number(Bun.env['PORT'] ?? 3000),
  // Bun hangs up on requests that are silent for 10 seconds: held polls are silent for longer.
  idleTimeout: 0,
  async fetch(request) {
    if (pollux.matches(request)) return pollux(request);
    const { pathname } = new URL(request.url);
    if (request.method !== 'POST' || pathname !== '/orders/ship') return new Response(null, { status: 404 });
    return Response.json(
      await orders.notify({ recipients: ['alice'] }, { kind: 'direct', type: 'order.shipped', data: { id: 7 } }),
    );
  },
});
console.log(`Listening at ${url}pollux`);
