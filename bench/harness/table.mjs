/** Tables: one for the terminal, one for the documentation, with the same cells. */
import { contenders } from './servers.mjs';

/** @typedef {import('./summary.mjs').ScenarioSummary} ScenarioSummary */
/** @typedef {import('./summary.mjs').ContenderSummary} ContenderSummary */
/** @typedef {import('./scenario.mjs').Target} Target */

const formats = [0, 1, 2].map(
  (digits) => new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
);

function number(/** @type {number} */ value, /** @type {number} */ digits) {
  return formats[digits]?.format(value) ?? String(value);
}

/** The target in words. */
function targetText(/** @type {Target} */ { of, bound, value }, /** @type {string} */ unit) {
  const words = { 'at-most': 'at most', 'at-least': 'at least', below: 'below' }[bound];
  return of === 'ratio' ? `${words} ${value}x` : `${words} ${value} ${unit}`;
}

/** @returns {string[]} */
function cells(
  /** @type {ScenarioSummary} */ { digits, target, unit },
  /** @type {ContenderSummary} */ row,
  /** @type {boolean} */ isBaseline,
) {
  const { value, ratio, kept } = row;
  const name = contenders[/** @type {import('./servers.mjs').ContenderName} */ (row.contender)].title;
  const disturbed = row.runs.filter((run) => run.disturbed === 1).length;
  const title = disturbed === 0 ? name : `${name} (${disturbed} of ${row.runs.length} runs disturbed)`;
  const verdict = kept === undefined || target === undefined ? '' : `${targetText(target, unit)}: ${kept ? 'kept' : 'MISSED'}`;
  return [
    title,
    number(value.median, digits),
    `${number(value.low, digits)} to ${number(value.high, digits)}`,
    isBaseline ? '1' : `${number(ratio.median, 2)}x`,
    isBaseline ? '' : `${number(ratio.low, 2)} to ${number(ratio.high, 2)}`,
    verdict,
  ];
}

/** @returns {string[][]} the heads first */
export function rowsOf(/** @type {ScenarioSummary} */ summary) {
  const heads = ['server', summary.unit, 'of all runs', 'ratio', 'of all runs', 'target'];
  return [heads, ...summary.contenders.map((row, index) => cells(summary, row, index === 0))];
}

/** For the terminal. */
export function textTable(/** @type {string[][]} */ rows) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** For Markdown. */
export function markdownTable(/** @type {string[][]} */ rows) {
  const [heads = [], ...body] = rows;
  const line = (/** @type {string[]} */ row) => `|${row.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`;
  const rule = `| --- |${heads
    .slice(1)
    .map(() => ' ---: |')
    .join('')}`;
  return [line(heads), rule, ...body.map(line)].join('\n');
}
