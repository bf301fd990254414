/** Writes the tables of the last full run into `docs/benchmarks.md`, between its two marks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { markdownTable, rowsOf } from './harness/table.mjs';

/** @typedef {import('./run.mjs').Results} Results */

/** A load average above this before the start means that something else was running. */
const quietLoad = 0.5;
const marks = { begin: '<!-- results: written by npm run report --workspace @pollux/bench -->', end: '<!-- end of results -->' };

function machineText(/** @type {Results} */ { taken, runs, quick, machine, loadBefore }) {
  const { cores, cpu, memoryGiB, system, node } = machine;
  const disturbed =
    loadBefore > quietLoad
      ? `\n\n**Preliminary.** The machine was doing other work at the time (load average ${loadBefore.toFixed(1)} before the start): the ratios hold within the spread shown, the absolute figures are too high.`
      : '';
  const sizes = quick ? ' Sizes were the small ones (`--quick`).' : '';
  const repeated =
    runs === 1 ? 'One run of each server' : `Medians of ${runs} runs of each server, with the lowest and the highest`;
  return `${repeated}, ${taken.slice(0, 10)}, Node.js ${node}, ${cores} cores (${cpu}), ${memoryGiB} GiB, ${system}.${sizes}${disturbed}`;
}

function sectionText(/** @type {Results['scenarios'][number]} */ scenario) {
  const sizes = Object.entries(scenario.sizes).map(([name, value]) => `${name} ${value.toLocaleString('en')}`);
  return `### ${scenario.title}\n\n${markdownTable(rowsOf(scenario))}\n\nSizes: ${sizes.join(', ')}.`;
}

const source = new URL('results/latest.json', import.meta.url);
const target = new URL('../docs/benchmarks.md', import.meta.url);
const results = /** @type {Results} */ (JSON.parse(readFileSync(source, 'utf8')));
const text = readFileSync(target, 'utf8');
const [from, to] = [text.indexOf(marks.begin), text.indexOf(marks.end)];
if (from < 0 || to < from) throw new Error('docs/benchmarks.md has lost the marks between which the results stand.');
const sections = [machineText(results), ...results.scenarios.map(sectionText)];
writeFileSync(target, `${text.slice(0, from)}${marks.begin}\n\n${sections.join('\n\n')}\n\n${text.slice(to)}`);
