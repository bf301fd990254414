/**
 * The inside of every measured server process: publishing is told over the parent's channel and done in process, so
 * that no HTTP request for it blurs what delivery costs.
 */
import { makePayload } from './payload.mjs';

/** @typedef {import('./payload.mjs').Payload} Payload */

/**
 * @typedef {object} MeasuredServer
 * @property {number} port
 * @property {(recipient: number, data: Payload, application: string) => void} [publish] to one recipient
 * @property {(data: Payload) => void} [broadcast] to all who are there
 * @property {(recipient: number, data: readonly Payload[]) => void} [fill] many to one recipient, in one go
 */

/**
 * @typedef {{ op: 'usage' }
 *   | { op: 'publish', rate: number, total: number, recipients: number, application?: string }
 *   | { op: 'broadcast' }
 *   | { op: 'fill', recipients: number, each: number, first?: number }
 *   | { op: 'stop' }} Order
 */

/** Calls `act` with 0, 1, 2, … at `rate` per second, late calls catching up, until `total` is reached. */
function pace(/** @type {number} */ rate, /** @type {number} */ total, /** @type {(n: number) => void} */ act) {
  return new Promise((resolve) => {
    const start = performance.now();
    let done = 0;
    const tick = () => {
      const due = Math.min(total, Math.floor(((performance.now() - start) * rate) / 1000));
      while (done < due) act(done++);
      if (done < total) setTimeout(tick, 1);
      else resolve(undefined);
    };
    tick();
  });
}

/** CPU in microseconds, memory in bytes; memory after a full collection where the process was started with --expose-gc. */
function usage() {
  const rssBefore = process.memoryUsage.rss();
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return { cpu: user + system, rss, rssBefore, heapUsed };
}

async function obey(/** @type {MeasuredServer} */ server, /** @type {Order} */ order) {
  switch (order.op) {
    case 'usage':
      return usage();
    case 'publish': {
      const { publish } = server;
      if (!publish) throw new Error('This server does not publish to one recipient.');
      const application = order.application ?? 'bench';
      await pace(order.rate, order.total, (n) => publish(n % order.recipients, makePayload(), application));
      return undefined;
    }
    case 'broadcast':
      server.broadcast?.(makePayload());
      return undefined;
    case 'fill': {
      const first = order.first ?? 0;
      for (let recipient = first; recipient < first + order.recipients; recipient++) {
        server.fill?.(recipient, Array.from({ length: order.each }, makePayload));
      }
      return undefined;
    }
    case 'stop':
      // A plain exit, so that a profile asked for by flag is written.
      setImmediate(() => process.exit(0));
      return undefined;
  }
}

/** Serves the parent's orders; tells it the port first. */
export function serveOrders(/** @type {MeasuredServer} */ server) {
  process.on('message', async (/** @type {{ id: number, order: Order }} */ { id, order }) => {
    try {
      process.send?.({ id, result: await obey(server, order) });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ ready: { port: server.port } });
}

/** Listens on a free port of the loopback interface. */
export async function listenOnLoopback(/** @type {import('node:http').Server} */ server) {
  await new Promise((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return address.port;
}
