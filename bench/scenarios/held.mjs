import { delay, usageOf } from '../harness/scenario.mjs';

/** @type {import('../harness/scenario.mjs').Scenario} */
export const held = {
  id: 'held',
  title: 'Memory of a held poll, of 10,000 (its connection and session included)',
  unit: 'KiB RSS per held poll',
  better: 'lower',
  digits: 1,
  contenders: ['floor', 'pollux', 'socket.io', 'sockjs', 'cometd', 'faye'],
  target: { of: 'value', bound: 'at-most', value: 14 },
  sizes: { full: { warmup: 500, clients: 10_000 }, quick: { warmup: 500, clients: 10_000 } },
  flags: ['--expose-gc'],
  async measure({ server, load, protocol, size }) {
    const [warmup, clients] = [size('warmup'), size('clients')];
    // Code compiled and the heap grown before the first look: those are the process's, not the polls'.
    await load.ask({ op: 'open', protocol, port: server.port, clients: warmup });
    await delay(500);
    const before = await usageOf(server);
    await load.ask({ op: 'open', protocol, port: server.port, clients, first: warmup });
    await delay(1000);
    const after = await usageOf(server);
    const kibibytes = 1024 * clients;
    return {
      value: (after.rss - before.rss) / kibibytes,
      beforeCollection: (after.rssBefore - before.rss) / kibibytes,
      heap: (after.heapUsed - before.heapUsed) / kibibytes,
    };
  },
};
