import { delay, holdPolls, usageOf } from '../harness/scenario.mjs';

/** @type {import('../harness/scenario.mjs').Scenario} */
export const everyone = {
  id: 'everyone',
  title: 'One message to everyone, on held polls: server CPU per delivery, acknowledgement included',
  unit: 'µs CPU per message',
  better: 'lower',
  digits: 1,
  contenders: ['floor', 'pollux', 'socket.io', 'sockjs', 'cometd', 'faye'],
  target: { of: 'ratio', bound: 'at-most', value: 1.3 },
  sizes: {
    full: { clients: 2000, warmup: 12, rounds: 12 },
    quick: { clients: 2000, warmup: 5, rounds: 4 },
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
      // Until every poll is held again.
      await delay(100);
    };
    for (let n = 0; n < warmup; n++) await round();
    const before = await usageOf(server);
    for (let n = 0; n < rounds; n++) await round();
    const after = await usageOf(server);
    return { value: (after.cpu - before.cpu) / (clients * rounds) };
  },
};
