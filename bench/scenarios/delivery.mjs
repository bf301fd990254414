import { Disturbed, delay, holdPolls, usageOf } from '../harness/scenario.mjs';

const mostPerAnswer = 1.03;

/** @type {import('../harness/scenario.mjs').Scenario} */
export const delivery = {
  id: 'delivery',
  title: 'Server CPU per delivered long-poll message, acknowledgement included',
  unit: 'µs CPU per message',
  better: 'lower',
  digits: 1,
  contenders: ['floor', 'pollux', 'socket.io', 'socket.io-ack', 'sockjs', 'cometd', 'faye'],
  target: { of: 'ratio', bound: 'at-most', value: 1.3 },
  sizes: {
    full: { clients: 1500, rate: 5000, warmup: 20_000, messages: 25_000 },
    quick: { clients: 1500, rate: 5000, warmup: 10_000, messages: 10_000 },
  },
  async measure(bench) {
    const { server, load, size } = bench;
    const [clients, rate, warmup, messages] = [size('clients'), size('rate'), size('warmup'), size('messages')];
    await holdPolls(bench, clients);
    await server.ask({ op: 'publish', rate, total: warmup, recipients: clients });
    await load.ask({ op: 'reach', delivered: warmup });
    await delay(200);
    const [before, from] = [await usageOf(server), await load.ask({ op: 'tally' })];
    await server.ask({ op: 'publish', rate, total: messages, recipients: clients });
    await load.ask({ op: 'reach', delivered: warmup + messages });
    await delay(200);
    const [after, to] = [await usageOf(server), await load.ask({ op: 'tally' })];
    const answers = to.answers - from.answers;
    const found = {
      value: (after.cpu - before.cpu) / messages,
      messagesPerAnswer: messages / answers,
      bytesPerAnswer: (to.bytes - from.bytes) / answers,
    };
    // Messages that share an answer are cheaper: a machine busy with something else measures something else.
    if (messages / answers > mostPerAnswer) {
      throw new Disturbed(`${(messages / answers).toFixed(2)} messages shared an answer.`, found);
    }
    return found;
  },
};
