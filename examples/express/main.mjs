import { createCommunicationServer } from '@pollux/core/server';
import { createExpressHandler } from '@pollux/express';
import express from 'express';
import session from 'express-session';

const server = createCommunicationServer({ applications: { orders: { title: 'Orders' } } });
const orders = server.application('orders');
const app = express();

app.use(session({ secret: process.env.SESSION_SECRET ?? 'for this example only', resave: false, saveUninitialized: false }));
app.post('/login', express.json(), (request, response) => {
  // Where a host checks the password.
  request.session.regenerate(() => {
    request.session.user = String(request.body.user);
    response.sendStatus(204);
  });
});
app.post('/orders/ship', async (_request, response) => {
  response.json(await orders.notify({ recipients: ['alice'] }, { kind: 'direct', type: 'order.shipped', data: { id: 7 } }));
});
// Who polls is who is logged in: `native` is Express's own request.
const authenticate = ({ native }) => native.session.user && { recipient: native.session.user };
app.use('/pollux', createExpressHandler({ server, authenticate }));

const port = Number(process.env.PORT ?? 3000);
app.listen(port, '127.0.0.1', () => console.log(`Listening at http://127.0.0.1:${port}/pollux`));
