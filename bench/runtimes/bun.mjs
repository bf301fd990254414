import { createHello, createProduct } from './app.mjs';

const { Bun } = /** @type {any} */ (globalThis);

// Bun hangs up after 10 silent seconds unless told otherwise: a held poll is silent for longer.
const { port } = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  idleTimeout: 0,
  fetch: Bun.argv[2] === 'hello' ? createHello() : createProduct(),
});
console.log(`port ${port}`);
