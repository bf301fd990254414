import { delay, holdPolls, usageOf } from '../harness/scenario.mjs';

/** @type {import('../harness/scenario.mjs').Scenario} */
export const streams = {
  id: 'streams',
  title: 'One message to everyone, on held streams: server CPU per delivery, beside bare `res.write`',
  unit: 'µs CPU per message',
  better: 'lower',
  digits: 1,
  contenders: ['streams-floor', 'pollux-streams'],
  target: undefined,
  sizes: {
    full: { clients: 2000, warmup: 20, rounds: 40 },
    quick: { clients: 2000, warmup: 5, rounds: 8 },
  },
  async measure(bench) {
    const { server, load, size } = bench;
    const [clients, warmup, rounds] = [size('clients'), size('warmup'), size('rounds')];
    await holdPolls(bench, clients);
    let delivered = 0;
    const round = async () => {
      delivered += clients;
      await server.ask({ op: 'broadcast' });
      await load.ask({ op: 'reach', delivered });
      await delay(30);
    };
    for (let n = 0; n < warmup; n++) await round();
    const before = await usageOf(server);
    for (let n = 0; n < rounds; n++) await round();
    const after = await usageOf(server);
    return { value: (after.cpu - before.cpu) / (clients * rounds) };
  },
};
