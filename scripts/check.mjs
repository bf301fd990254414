/** `npm run check`: every gate, one line each; the output of those that fail. */
import './lib/node-version.mjs';
import { availableParallelism } from 'node:os';
import { build, gates } from './lib/gates.mjs';
import { endWhenAsked, run } from './lib/run.mjs';
import { bold, dim, duration, green, red, say } from './lib/say.mjs';

endWhenAsked();
const begun = performance.now();

/** @param {import('./lib/gates.mjs').Gate} gate */
async function pass(gate) {
  const { code, output, ms } = await run(gate.command, gate.args);
  const good = code === 0;
  say(`${good ? green('✓') : red('✗')} ${gate.name} ${dim(duration(ms))}`);
  return { ...gate, good, output };
}

/** Works through the gates, as many at a time as there are processors. */
async function passAll(waiting) {
  const results = [];
  const worker = async () => {
    for (let gate = waiting.shift(); gate !== undefined; gate = waiting.shift()) results.push(await pass(gate));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}

const built = await pass(build);
const runnable = gates.filter((gate) => built.good || gate.built !== true);
const results = [built, ...(await passAll([...runnable]))];

const failed = results.filter(({ good }) => !good);
for (const { name, command, args, output } of failed) {
  say(`\n${red(bold(`✗ ${name}`))} ${dim([command, ...args].join(' '))}\n${output.trimEnd()}`);
}
for (const { name } of gates.filter((gate) => !runnable.includes(gate))) say(`\n${name}: not looked at, for want of a build`);
say(`\n${results.length - failed.length} of ${gates.length + 1} gates passed in ${duration(performance.now() - begun)}`);
process.exitCode = failed.length > 0 || runnable.length < gates.length ? 1 : 0;
