import { run } from '../lib/run.mjs';

/** The built `pollux-hub`. */
export const hubCommand = 'apps/hub/dist/cli.js';

/**
 * The hash of a password of the console, as the hub's configuration holds it.
 *
 * @param {string} password
 */
export async function hashPassword(password) {
  const { code, output } = await run(process.execPath, [hubCommand, 'password'], { input: `${password}\n` });
  const hash = output.match(/scrypt:\S+/)?.[0];
  if (code !== 0 || hash === undefined) throw new Error(`pollux-hub password failed:\n${output}`);
  return hash;
}
