/** From measurements to what a table says: medians, ratios within a run, and whether the target was kept. */
import { spread } from './statistics.mjs';

/** @typedef {import('./scenario.mjs').Scenario} Scenario */
/** @typedef {import('./scenario.mjs').Measurement} Measurement */
/** @typedef {import('./scenario.mjs').Target} Target */
/** @typedef {import('./statistics.mjs').Spread} Spread */

/**
 * @typedef {object} ContenderSummary
 * @property {string} contender
 * @property {Spread} value
 * @property {Spread} ratio to the baseline of the same run
 * @property {boolean} [kept] the target, where it is the product's
 * @property {readonly Measurement[]} runs
 */

/**
 * @typedef {object} ScenarioSummary
 * @property {string} id
 * @property {string} title
 * @property {string} unit
 * @property {string} better
 * @property {number} digits
 * @property {Target | undefined} target
 * @property {Readonly<Record<string, number>>} sizes
 * @property {readonly ContenderSummary[]} contenders
 */

function isKept(/** @type {Target} */ { of, bound, value }, /** @type {Spread} */ found, /** @type {Spread} */ ratio) {
  const measured = of === 'ratio' ? ratio.median : found.median;
  switch (bound) {
    case 'at-most':
      return measured <= value;
    case 'at-least':
      return measured >= value;
    case 'below':
      return measured < value;
  }
}

/** Whether the target is this contender's: the only Pollux there, or the one that is called just so. */
function isOwn(/** @type {Scenario} */ { contenders }, /** @type {string} */ contender) {
  return contender === 'pollux' || contenders.filter((name) => name.startsWith('pollux')).length === 1;
}

/**
 * @param {Scenario} scenario
 * @param {boolean} quick
 * @param {ReadonlyMap<string, readonly Measurement[]>} measured runs by contender; run n of one belongs to run n of all
 * @returns {ScenarioSummary}
 */
export function summarise(scenario, quick, measured) {
  const { id, title, unit, better, digits, target, sizes } = scenario;
  const names = scenario.contenders.filter((name) => measured.has(name));
  const baseline = measured.get(names[0] ?? '') ?? [];
  const contenders = names.map((contender) => {
    const runs = measured.get(contender) ?? [];
    const value = spread(runs.map((run) => run.value));
    const ratio = spread(runs.map((run, n) => run.value / (baseline[n]?.value ?? Number.NaN)));
    const kept =
      contender.startsWith('pollux') && target !== undefined && isOwn(scenario, contender)
        ? { kept: isKept(target, value, ratio) }
        : {};
    return { contender, value, ratio, ...kept, runs };
  });
  return { id, title, unit, better, digits, target, sizes: sizes[quick ? 'quick' : 'full'], contenders };
}
