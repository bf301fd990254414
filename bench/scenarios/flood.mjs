import { delay } from '../harness/scenario.mjs';
import { quantile } from '../harness/statistics.mjs';

/** @type {import('../harness/scenario.mjs').Scenario} */
export const flood = {
  id: 'flood',
  title: "A quiet application's median latency while another floods the same recipients at 100 times its rate, beside it alone",
  unit: 'times the latency alone',
  better: 'lower',
  digits: 2,
  contenders: ['pollux'],
  target: { of: 'value', bound: 'below', value: 2 },
  sizes: {
    full: { clients: 40, quietRate: 50, floodRate: 5000, messages: 400 },
    quick: { clients: 40, quietRate: 50, floodRate: 5000, messages: 150 },
  },
  async measure({ server, load, size }) {
    const [clients, rate, total] = [size('clients'), size('quietRate'), size('messages')];
    await load.ask({ op: 'open', protocol: 'latency', port: server.port, clients });
    const seconds = total / rate;
    const quiet = () => server.ask({ op: 'publish', rate, total, recipients: clients, application: 'quiet' });
    const flooding = (/** @type {number} */ forSeconds) => {
      const floodRate = size('floodRate');
      const order = { rate: floodRate, total: floodRate * forSeconds, recipients: clients, application: 'flood' };
      return server.ask({ op: 'publish', ...order });
    };
    // Code compiled for both before anything counts.
    await Promise.all([quiet(), flooding(seconds)]);
    await delay(300);
    await load.ask({ op: 'latencies' });
    await quiet();
    await delay(300);
    const alone = await load.ask({ op: 'latencies' });
    await Promise.all([flooding(seconds + 0.4), delay(200).then(quiet)]);
    await delay(300);
    const flooded = await load.ask({ op: 'latencies' });
    if (alone.length !== total || flooded.length !== total) {
      throw new Error(`Of ${total} quiet messages, ${alone.length} came alone and ${flooded.length} beside the flood.`);
    }
    return {
      value: quantile(flooded, 0.5) / quantile(alone, 0.5),
      aloneMedianUs: quantile(alone, 0.5),
      floodedMedianUs: quantile(flooded, 0.5),
      aloneP99Us: quantile(alone, 0.99),
      floodedP99Us: quantile(flooded, 0.99),
    };
  },
};
