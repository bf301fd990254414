import { usageOf } from '../harness/scenario.mjs';

/** @type {import('../harness/scenario.mjs').Scenario} */
export const empty = {
  id: 'empty',
  title: 'Empty polls (`wait: 0`), back to back on 64 connections, beside a hello-world that receives the same bodies',
  unit: 'answers per second of server CPU',
  better: 'higher',
  digits: 0,
  contenders: ['hello', 'floor', 'pollux'],
  target: { of: 'ratio', bound: 'at-least', value: 0.8 },
  sizes: {
    full: { clients: 64, warmupMs: 4000, measuredMs: 5000 },
    quick: { clients: 64, warmupMs: 1000, measuredMs: 1500 },
  },
  async measure({ server, load, protocol, size }) {
    const order = /** @type {const} */ ({ op: 'spin', protocol, port: server.port, clients: size('clients') });
    await load.ask({ ...order, milliseconds: size('warmupMs') });
    const before = await usageOf(server);
    const { answers, milliseconds } = await load.ask({ ...order, milliseconds: size('measuredMs') });
    const after = await usageOf(server);
    const cpuPerAnswer = (after.cpu - before.cpu) / answers;
    return { value: 1e6 / cpuPerAnswer, cpuPerAnswer, byTheClock: (answers / milliseconds) * 1000 };
  },
};
