import { createIsolateClock } from '@pollux/fetch';
import { createHello, createProduct } from './app.mjs';

/** @type {import('./app.mjs').Handler | undefined} */
let handler;

// biome-ignore lint/style/noDefaultExport: workerd takes a module's default export
export default {
  /** Made by the first request: outside of one, workerd gives no random numbers. */
  fetch(/** @type {Request} */ request, /** @type {{ KIND: string }} */ { KIND }) {
    handler ??= KIND === 'hello' ? createHello() : createProduct(createIsolateClock());
    return handler(request);
  },
};
