/** What a scenario is, and the pieces that scenarios share. */
import { startLoad } from './child.mjs';
import { contenders, startContender } from './servers.mjs';

/** @typedef {import('./servers.mjs').ContenderName} ContenderName */
/** @typedef {import('./child.mjs').Usage} Usage */
/** @typedef {import('./child.mjs').Child<import('../servers/control.mjs').Order>} ServerChild */
/** @typedef {import('./child.mjs').Child<import('../load/main.mjs').LoadOrder>} LoadChild */

/**
 * A gate: a bound of the ratio to the baseline, or of the value itself.
 * @typedef {{ of: 'ratio' | 'value', bound: 'at-most' | 'at-least' | 'below', value: number }} Target
 */

/** What one measurement found: the value, and whatever explains it. @typedef {{ value: number } & Record<string, number>} Measurement */

/**
 * @typedef {object} Scenario
 * @property {string} id
 * @property {string} title
 * @property {string} unit of the value
 * @property {'lower' | 'higher'} better
 * @property {number} digits of the value in tables
 * @property {readonly ContenderName[]} contenders in the order of the table, the baseline first
 * @property {Target | undefined} target what the product has to keep
 * @property {Readonly<Record<'full' | 'quick', Readonly<Record<string, number>>>>} sizes
 * @property {readonly string[]} [flags] Node's, for the server process
 * @property {(bench: Bench) => Promise<Measurement>} measure
 */

/**
 * One measurement's surroundings.
 * @typedef {object} Bench
 * @property {ServerChild} server
 * @property {LoadChild} load
 * @property {import('../load/main.mjs').Protocol} protocol
 * @property {(name: string) => number} size a size of this run
 */

/** The machine was too busy for the measurement to mean what it says: it is repeated, and in the end marked. */
export class Disturbed extends Error {
  /** @param {string} message @param {Measurement} measurement what was found all the same */
  constructor(message, measurement) {
    super(message);
    this.measurement = measurement;
  }
}

const mostAttempts = 4;

export const delay = (/** @type {number} */ milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Opens `clients` that hold polls, and lets the server come to rest. */
export async function holdPolls(/** @type {Bench} */ { server, load, protocol }, /** @type {number} */ clients) {
  await load.ask({ op: 'open', protocol, port: server.port, clients });
  await delay(300);
}

/** @returns {Promise<Usage>} */
export function usageOf(/** @type {ServerChild} */ server) {
  return server.ask({ op: 'usage' });
}

/**
 * Measures a scenario once against one contender, again where the measurement was disturbed.
 *
 * @param {Scenario} scenario
 * @param {ContenderName} name
 * @param {{ quick: boolean, flags: readonly string[] }} options
 * @returns {Promise<Measurement>}
 */
export async function measure(scenario, name, options) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await measureOnce(scenario, name, options);
    } catch (error) {
      if (!(error instanceof Disturbed)) throw error;
      if (attempt === mostAttempts) return { ...error.measurement, disturbed: 1 };
      process.stderr.write(`  ${name}: ${error.message} Measured again.\n`);
    }
  }
}

/**
 * In fresh processes.
 *
 *
 * @param {Scenario} scenario
 * @param {ContenderName} name
 * @param {{ quick: boolean, flags: readonly string[] }} options
 * @returns {Promise<Measurement>}
 */
async function measureOnce(scenario, name, { quick, flags }) {
  const server = await startContender(name, [...(scenario.flags ?? []), ...flags]);
  const load = await startLoad();
  const sizes = scenario.sizes[quick ? 'quick' : 'full'];
  const size = (/** @type {string} */ key) => {
    const found = sizes[key];
    if (found === undefined) throw new Error(`${scenario.id} has no size named ${key}.`);
    return found;
  };
  try {
    return await scenario.measure({ server, load, protocol: contenders[name].protocol, size });
  } finally {
    await load.stop();
    await server.stop();
  }
}
