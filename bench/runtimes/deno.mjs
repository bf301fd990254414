import { createHello, createProduct } from './app.mjs';

const { Deno } = /** @type {any} */ (globalThis);

Deno.serve(
  { port: 0, hostname: '127.0.0.1', onListen: (/** @type {{ port: number }} */ { port }) => console.log(`port ${port}`) },
  Deno.args[0] === 'hello' ? createHello() : createProduct(),
);
