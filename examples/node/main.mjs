import { createCommunicationServer } from '@pollux/core/server';
import { listen } from '@pollux/node';

const users = new Map([['Bearer token-of-alice', { recipient: 'alice' }]]);
const server = createCommunicationServer({ applications: { orders: { title: 'Orders' } } });
const orders = server.application('orders');

/** The application's own routes. */
async function fallback(request, response) {
  if (request.method !== 'POST' || request.url !== '/orders/ship') return response.writeHead(404).end();
  const answer = await orders.notify({ recipients: ['alice'] }, { kind: 'direct', type: 'order.shipped', data: { id: 7 } });
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

const { url } = await listen({
  server,
  port: Number(process.env.PORT ?? 3000),
  authenticate: (request) => users.get(request.header('authorization')),
  fallback,
});
console.log(`Listening at ${url}`);
