/** The load process: opens clients, counts what comes, and says so to its parent. Started by the harness only. */
import { BayeuxClient } from './bayeux.mjs';
import { EngineIoClient } from './engine-io.mjs';
import { LatencyClient } from './latency.mjs';
import { PolluxClient } from './pollux.mjs';
import { SockJsClient } from './sockjs.mjs';
import { StreamClient } from './stream.mjs';
import { Tally } from './tally.mjs';

/** @typedef {'pollux' | 'hello' | 'latency' | 'engine-io' | 'sockjs' | 'faye' | 'cometd' | 'stream'} Protocol */

/**
 * @typedef {{ op: 'open', protocol: Protocol, port: number, clients: number, first?: number }
 *   | { op: 'reach', delivered: number }
 *   | { op: 'tally' }
 *   | { op: 'latencies' }
 *   | { op: 'drain', port: number, clients: number }
 *   | { op: 'spin', protocol: Protocol, port: number, clients: number, milliseconds: number }
 *   | { op: 'stop' }} LoadOrder
 */

const tally = new Tally();
/** @type {number[]} */
const latencies = [];
/** Handshakes under way at once: below every server's listen backlog. */
const openAtOnce = 100;

function makeClient(/** @type {Protocol} */ protocol, /** @type {number} */ port, /** @type {number} */ index) {
  switch (protocol) {
    case 'pollux':
    case 'hello':
      return new PolluxClient({ port, tally, index, pretend: protocol === 'hello' });
    case 'latency':
      return new LatencyClient({ port, tally, index, latencies });
    case 'engine-io':
      return new EngineIoClient({ port, tally });
    case 'stream':
      return new StreamClient({ port, tally, index });
    case 'sockjs':
      return new SockJsClient({ port, tally, index });
    case 'faye':
      return new BayeuxClient({ port, tally, path: '/bayeux', channels: [`/u${index}`, '/everyone'], acknowledge: false });
    case 'cometd':
      return new BayeuxClient({ port, tally, path: '/cometd', channels: ['/everyone'], acknowledge: true });
  }
}

async function open(/** @type {Extract<LoadOrder, { op: 'open' }>} */ { protocol, port, clients, first = 0 }) {
  let next = first;
  const opener = async () => {
    while (next < first + clients) await makeClient(protocol, port, next++).open();
  };
  await Promise.all(Array.from({ length: Math.min(openAtOnce, clients) }, opener));
}

async function drain(/** @type {number} */ port, /** @type {number} */ clients) {
  const all = Array.from({ length: clients }, (_, index) => new PolluxClient({ port, tally, index }));
  const start = performance.now();
  const drained = await Promise.all(all.map((client) => client.drain()));
  const milliseconds = performance.now() - start;
  for (const client of all) client.close();
  return { messages: drained.reduce((sum, one) => sum + one, 0), milliseconds };
}

async function spin(/** @type {Extract<LoadOrder, { op: 'spin' }>} */ { protocol, port, clients, milliseconds }) {
  const all = Array.from(
    { length: clients },
    (_, index) => new PolluxClient({ port, tally, index, pretend: protocol === 'hello' }),
  );
  const start = performance.now();
  const answers = await Promise.all(all.map((client) => client.spin(() => performance.now() - start > milliseconds)));
  const elapsed = performance.now() - start;
  for (const client of all) client.close();
  return { answers: answers.reduce((sum, one) => sum + one, 0), milliseconds: elapsed };
}

async function obey(/** @type {LoadOrder} */ order) {
  switch (order.op) {
    case 'open':
      return open(order);
    case 'reach':
      return tally.reach(order.delivered);
    case 'tally': {
      const { delivered, answers, bytes, others, failures, firstFailure } = tally;
      return { delivered, answers, bytes, others, failures, firstFailure, cpu: process.cpuUsage() };
    }
    case 'latencies':
      return latencies.splice(0);
    case 'drain':
      return drain(order.port, order.clients);
    case 'spin':
      return spin(order);
    case 'stop':
      setImmediate(() => process.exit(0));
      return undefined;
  }
}

process.on('message', async (/** @type {{ id: number, order: LoadOrder }} */ { id, order }) => {
  try {
    const result = await obey(order);
    if (tally.failures > 0) throw new Error(tally.firstFailure);
    process.send?.({ id, result });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: {} });
