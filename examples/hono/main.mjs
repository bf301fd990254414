import { serve } from '@hono/node-server';
import { createCommunicationServer } from '@pollux/core/server';
import { createFetchHandler } from '@pollux/fetch';
import { Hono } from 'hono';

const users = new Map([['Bearer token-of-alice', { recipient: 'alice' }]]);
const server = createCommunicationServer({ applications: { orders: { title: 'Orders' } } });
const orders = server.application('orders');
const pollux = createFetchHandler({ server, authenticate: (request) => users.get(request.header('authorization')) });

const app = new Hono();
app.all('/pollux/*', ({ req }) => pollux(req.raw));
app.post('/orders/ship', async (context) =>
  context.json(await orders.notify({ recipients: ['alice'] }, { kind: 'direct', type: 'order.shipped', data: { id: 7 } })),
);

const port = Number(process.env.PORT ?? 3000);
serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, () => console.log(`Listening at http://127.0.0.1:${port}/pollux`));
