import { delay, usageOf } from '../harness/scenario.mjs';

/** @type {import('../harness/scenario.mjs').Scenario} */
export const queued = {
  id: 'queued',
  title: 'Memory of a queued 200-byte message',
  unit: 'bytes RSS per message',
  better: 'lower',
  digits: 0,
  contenders: ['floor', 'pollux'],
  target: { of: 'value', bound: 'at-most', value: 700 },
  sizes: { full: { recipients: 200, each: 1000 }, quick: { recipients: 200, each: 1000 } },
  flags: ['--expose-gc'],
  async measure({ server, load, size }) {
    const [recipients, each] = [size('recipients'), size('each')];
    // Code compiled and the young generation grown before the first look.
    await server.ask({ op: 'fill', recipients: 20, each: 1000 });
    await load.ask({ op: 'drain', port: server.port, clients: 20 });
    await delay(200);
    const before = await usageOf(server);
    await server.ask({ op: 'fill', recipients, each, first: 1000 });
    await delay(200);
    const after = await usageOf(server);
    const messages = recipients * each;
    return {
      value: (after.rss - before.rss) / messages,
      beforeCollection: (after.rssBefore - before.rss) / messages,
      heap: (after.heapUsed - before.heapUsed) / messages,
    };
  },
};
