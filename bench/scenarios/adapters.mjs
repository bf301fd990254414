/** Every adapter beside its own runtime: empty polls beside a hello-world, deliveries beside the floor of them all. */
import { delivery } from './delivery.mjs';
import { empty } from './empty.mjs';

/** @typedef {import('../harness/scenario.mjs').Scenario} Scenario */
/** @typedef {import('../harness/servers.mjs').ContenderName} ContenderName */

/** Runtimes, by what is measured on them. */
const adapters = /** @type {const} */ ([
  { runtime: 'Express 5', hello: 'hello-express', pollux: 'pollux-express' },
  { runtime: 'fetch on Node.js', hello: 'hello-fetch', pollux: 'pollux-fetch' },
  { runtime: 'Deno', hello: 'hello-deno', pollux: 'pollux-deno' },
  { runtime: 'Bun', hello: 'hello-bun', pollux: 'pollux-bun' },
  { runtime: 'workerd', hello: 'hello-workerd', pollux: 'pollux-workerd' },
]);

/** Of the rate of bare Express: at most 15 % more CPU for each answer. */
const expressTarget = /** @type {const} */ ({ of: 'ratio', bound: 'at-least', value: 0.87 });

/** @type {readonly Scenario[]} */
export const emptyPolls = adapters.map(({ runtime, hello, pollux }) => ({
  ...empty,
  id: `empty-${hello.slice('hello-'.length)}`,
  title: `Empty polls (\`wait: 0\`) on ${runtime}, beside its own hello-world that receives the same bodies`,
  contenders: [hello, pollux],
  target: pollux === 'pollux-express' ? expressTarget : undefined,
  sizes: { full: { clients: 64, warmupMs: 1500, measuredMs: 2500 }, quick: { clients: 16, warmupMs: 300, measuredMs: 500 } },
}));

/** @type {Scenario} */
export const deliveries = {
  ...delivery,
  id: 'delivery-adapters',
  title: 'Server CPU per delivered long-poll message, acknowledgement included, by adapter',
  contenders: ['floor', 'pollux', ...adapters.map(({ pollux }) => pollux)],
  target: undefined,
  sizes: {
    full: { clients: 200, rate: 1000, warmup: 3000, messages: 5000 },
    quick: { clients: 100, rate: 1000, warmup: 300, messages: 500 },
  },
};
