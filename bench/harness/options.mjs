/** The command line of the benchmark. */
import { parseArgs } from 'node:util';
import { scenarios } from '../scenarios/index.mjs';
import { contenders } from './servers.mjs';

export const help = `npm run bench -- [options]

  --quick            small sizes, one run: for trying things
  --runs N           measurements of each server (5; 1 with --quick)
  --only a,b         scenarios: ${scenarios.map(({ id }) => id).join(', ')}
  --servers a,b      of each scenario's servers only these (its baseline always runs): ${Object.keys(contenders).join(', ')}
  --out FILE         where the results go as JSON (bench/results/latest.json, quick.json with --quick)
  --profile DIR      a CPU profile of each server process (the figures are then not comparable)
  --no-build         measures the packages as they were built last
`;

/**
 * @typedef {object} BenchOptions
 * @property {boolean} quick
 * @property {number} runs
 * @property {ReadonlySet<string> | undefined} only
 * @property {ReadonlySet<string> | undefined} servers
 * @property {string} out
 * @property {string | undefined} profile
 * @property {boolean} build
 */

/** @returns {ReadonlySet<string> | undefined} */
function names(/** @type {string | undefined} */ list, /** @type {readonly string[]} */ known, /** @type {string} */ option) {
  if (list === undefined) return undefined;
  const asked = list.split(',');
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`--${option}: there is no ${unknown}. Choose among ${known.join(', ')}.`);
  return new Set(asked);
}

/** Reads the arguments, or returns `undefined` where help was asked for. @returns {BenchOptions | undefined} */
export function readOptions(/** @type {readonly string[]} */ args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      runs: { type: 'string' },
      only: { type: 'string' },
      servers: { type: 'string' },
      out: { type: 'string' },
      profile: { type: 'string' },
      'no-build': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const runs = Number(values.runs ?? (values.quick ? 1 : 5));
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs: ${values.runs} is not a whole number from 1.`);
  return {
    quick: values.quick,
    runs,
    only: names(
      values.only,
      scenarios.map(({ id }) => id),
      'only',
    ),
    servers: names(values.servers, Object.keys(contenders), 'servers'),
    out: values.out ?? new URL(`../results/${values.quick ? 'quick' : 'latest'}.json`, import.meta.url).pathname,
    profile: values.profile,
    build: !values['no-build'],
  };
}
