import { run } from '../lib/run.mjs';
import { commandsBelow } from './documents.mjs';
import { shellEnvironment } from './session.mjs';

/**
 * Types, in a shell of its own, what `npm start` printed below a heading.
 *
 * @param {string} folder
 * @param {string} printed
 * @param {string} heading
 * @returns {Promise<string>} what the commands printed
 */
async function typeBelow(folder, printed, heading) {
  const commands = commandsBelow(printed, heading);
  if (commands === '') throw new Error(`npm start printed no commands below "${heading}".`);
  const { code, output } = await run('bash', ['-c', `set -euo pipefail\n${commands}`], { cwd: folder, env: shellEnvironment() });
  if (code !== 0) throw new Error(`${commands}\nended with ${code}:\n${output}`);
  return output;
}

/**
 * Receives, publishes, and receives what was published, with the commands as printed.
 *
 * @param {string} folder
 * @param {string} printed
 */
export async function receiveAndPublish(folder, printed) {
  const receive = () => typeBelow(folder, printed, 'Receive as alice');
  const answer = JSON.parse((await receive()).trim().split('\n').at(-1) ?? '');
  if (typeof answer.session !== 'string' || answer.applications?.news?.cursor === undefined) {
    throw new Error(`The first poll got no session and cursor: ${JSON.stringify(answer)}`);
  }
  const published = await typeBelow(folder, printed, 'Publish');
  return { answer, published };
}
