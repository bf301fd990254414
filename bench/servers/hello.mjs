/** A hello-world that receives the same POST body as a poll, and does nothing with it. */
import { createServer } from 'node:http';
import { readBody } from './body.mjs';
import { listenOnLoopback, serveOrders } from './control.mjs';

const text = 'hello, world';

const server = createServer((request, response) => {
  readBody(request, () => {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': text.length });
    response.end(text);
  });
});

serveOrders({ port: await listenOnLoopback(server) });
