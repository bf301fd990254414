/**
 * The inside of a measured server on a runtime that takes `(request) => Response`: a hello-world, or the product's fetch
 * adapter. The parent's orders come over HTTP here, because not every runtime has a channel to its parent.
 */
import { createCommunicationServer } from '@pollux/core/server';
import { createFetchHandler } from '@pollux/fetch';
import { authenticate } from '../servers/identities.mjs';
import { publishing } from '../servers/publishing.mjs';

/** @typedef {Parameters<typeof createFetchHandler>[0]} HandlerOptions */
/** @typedef {(request: Request) => Promise<Response>} Handler */

const filler = `^${'x'.repeat(200)}`;

/** A payload of 200 bytes without the machine's monotonic clock, which not every runtime shows. */
function makePayload() {
  const at = Math.floor(performance.now() * 1000);
  return { at, text: filler.slice(0, 200 - `{"at":${at},"text":""}`.length) };
}

/** Calls `act` at `rate` per second, late calls catching up, until `total` is reached. */
async function pace(/** @type {number} */ rate, /** @type {number} */ total, /** @type {(n: number) => void} */ act) {
  const start = Date.now();
  let done = 0;
  while (done < total) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const due = Math.min(total, Math.floor(((Date.now() - start) * rate) / 1000));
    while (done < due) act(done++);
  }
}

/** @returns {Handler} */
export function createHello() {
  return async (request) => {
    await request.text();
    return new Response('hello, world');
  };
}

/** @returns {Handler} */
export function createProduct(/** @type {Partial<HandlerOptions>} */ options = {}) {
  const server = createCommunicationServer({ applications: { bench: {} }, ...(options.clock && { clock: options.clock }) });
  const handle = createFetchHandler({ ...options, server, authenticate });
  const orders = publishing(server);
  return async (request) => {
    if (handle.matches(request)) return handle(request);
    const order = /** @type {{ rate: number, total: number, recipients: number }} */ (await request.json());
    const { rate, total, recipients } = order;
    await pace(rate, total, (n) => orders.publish(n % recipients, makePayload(), 'bench'));
    return new Response(null, { status: 204 });
  };
}
