import { delay, usageOf } from '../harness/scenario.mjs';
import { median } from '../harness/statistics.mjs';

/** @type {import('../harness/scenario.mjs').Scenario} */
export const drain = {
  id: 'drain',
  title: 'Draining a backlog of 200-byte messages, 1,000 for each of 100 recipients, all acknowledged',
  unit: 'messages per second of server CPU',
  better: 'higher',
  digits: 0,
  contenders: ['floor', 'pollux'],
  target: { of: 'ratio', bound: 'at-least', value: 0.9 },
  sizes: {
    full: { recipients: 100, each: 1000, warmup: 9, rounds: 7 },
    quick: { recipients: 100, each: 1000, warmup: 1, rounds: 3 },
  },
  async measure({ server, load, size }) {
    const [recipients, each] = [size('recipients'), size('each')];
    const round = async () => {
      const start = await usageOf(server);
      await server.ask({ op: 'fill', recipients, each });
      const before = await usageOf(server);
      const { messages, milliseconds } = await load.ask({ op: 'drain', port: server.port, clients: recipients });
      const after = await usageOf(server);
      if (messages !== recipients * each) throw new Error(`${messages} of ${recipients * each} messages were drained.`);
      await delay(50);
      return {
        rate: (messages / milliseconds) * 1000,
        cpu: (after.cpu - before.cpu) / messages,
        publish: (before.cpu - start.cpu) / messages,
      };
    };
    for (let n = 0; n < size('warmup'); n++) await round();
    const rounds = [];
    for (let n = 0; n < size('rounds'); n++) rounds.push(await round());
    const cpuPerMessage = median(rounds.map(({ cpu }) => cpu));
    return {
      value: 1e6 / cpuPerMessage,
      cpuPerMessage,
      byTheClock: median(rounds.map(({ rate }) => rate)),
      cpuPerPublish: median(rounds.map(({ publish }) => publish)),
    };
  },
};
