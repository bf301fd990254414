/** Express 5: with `hello` a hello-world that receives a poll's body, else the product's adapter on it. */
import { createServer } from 'node:http';
import { createCommunicationServer } from '@pollux/core/server';
import { createExpressHandler } from '@pollux/express';
import express from 'express';
import { readBody } from './body.mjs';
import { listenOnLoopback, serveOrders } from './control.mjs';
import { authenticate } from './identities.mjs';
import { publishing } from './publishing.mjs';

const app = express();
const port = await listenOnLoopback(createServer(app));

if (process.argv[2] === 'hello') {
  app.post('/pollux/poll', (request, response) => {
    readBody(request, () => {
      response.type('text').send('hello, world');
    });
  });
  serveOrders({ port });
} else {
  const server = createCommunicationServer({ applications: { bench: {} } });
  app.use('/pollux', createExpressHandler({ server, authenticate }));
  serveOrders({ port, ...publishing(server) });
}
