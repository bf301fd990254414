/**
 * `npm run bench`: the product beside the least possible server and its peers, on this machine. Ratios within one run are
 * what counts; absolute figures belong to the machine.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describeMachine, machineLoad } from './harness/machine.mjs';
import { help, readOptions } from './harness/options.mjs';
import { measure } from './harness/scenario.mjs';
import { summarise } from './harness/summary.mjs';
import { rowsOf, textTable } from './harness/table.mjs';
import { scenarios } from './scenarios/index.mjs';

/** @typedef {import('./harness/options.mjs').BenchOptions} BenchOptions */
/** @typedef {import('./harness/scenario.mjs').Scenario} Scenario */
/** @typedef {import('./harness/scenario.mjs').Measurement} Measurement */

const write = (/** @type {string} */ text) => process.stdout.write(text);

/** All runs of a scenario: in each run every server once, beginning with another one each time. */
async function runScenario(/** @type {Scenario} */ scenario, /** @type {BenchOptions} */ options) {
  const names = scenario.contenders.filter((name, index) => index === 0 || (options.servers?.has(name) ?? true));
  const flags = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`];
  /** @type {Map<string, Measurement[]>} */
  const measured = new Map(names.map((name) => [name, []]));
  for (let run = 0; run < options.runs; run++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(run + turn) % names.length];
      if (name === undefined) continue;
      const found = await measure(scenario, name, { quick: options.quick, flags });
      measured.get(name)?.push(found);
      write(`  run ${run + 1} ${name} ${found.value.toFixed(scenario.digits)}\n`);
    }
  }
  return summarise(scenario, options.quick, measured);
}

async function runAll(/** @type {BenchOptions} */ options) {
  const started = new Date();
  const loadBefore = machineLoad();
  const summaries = [];
  for (const scenario of scenarios) {
    if (options.only && !options.only.has(scenario.id)) continue;
    write(`\n${scenario.title}\n`);
    const summary = await runScenario(scenario, options);
    summaries.push(summary);
    write(`\n${textTable(rowsOf(summary))}\n`);
  }
  const { quick, runs } = options;
  return { taken: started.toISOString(), quick, runs, machine: describeMachine(), loadBefore, scenarios: summaries };
}

/** @typedef {Awaited<ReturnType<typeof runAll>>} Results */

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    write(help);
    return;
  }
  const root = new URL('..', import.meta.url);
  if (options.build)
    execFileSync(
      'npx',
      [
        'turbo',
        'run',
        'build',
        '--filter=@pollux/node',
        '--filter=@pollux/express',
        '--filter=@pollux/fetch',
        '--output-logs=errors-only',
      ],
      {
        cwd: root,
        stdio: 'inherit',
      },
    );
  const results = await runAll(options);
  mkdirSync(dirname(options.out), { recursive: true });
  writeFileSync(options.out, `${JSON.stringify(results, undefined, 2)}\n`);
  write(`\nWritten to ${options.out}.\n`);
}

await main();
