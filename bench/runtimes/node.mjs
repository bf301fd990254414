/** `Request` and `Response` on Node.js, by the bridge that Hono's users have. */
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createHello, createProduct } from './app.mjs';

const listener = getRequestListener(process.argv[2] === 'hello' ? createHello() : createProduct());
const server = createServer((request, response) => void listener(request, response));
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`port ${address?.port}`);
});
