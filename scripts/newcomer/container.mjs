/**
 * The container file, without a container: its steps are done in folders, and what it would start is started. What a
 * container adds (its base image, its user) is not tried.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../lib/run.mjs';
import { endsByItself, startProgram } from './program.mjs';
import { freePorts, shellEnvironment } from './session.mjs';

/** What `npm start` did in this clone already. */
const installed = 'npm ci && ';

/**
 * The file's instructions in their order, as words and the rest of the line.
 *
 * @param {string} text
 */
function instructionsOf(text) {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [word = '', ...rest] = line.split(' ');
    return { word, rest: rest.join(' ') };
  });
}

/** The one instruction of a kind. @param {ReturnType<typeof instructionsOf>} all @param {string} kind */
function only(all, kind) {
  const found = all.filter(({ word }) => word === kind);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`The container file has ${found.length} ${kind}, not one.`);
  return found[0].rest;
}

/** A hub's configuration with a buffer of its own; and the publisher's key that it knows. @param {string} folder */
async function configure(folder) {
  const key = `plx_${randomBytes(32).toString('base64url')}`;
  const [port] = Object.values(await freePorts());
  const configuration = {
    listen: { host: '127.0.0.1', port: Number(port) },
    applications: { orders: { publisherKeys: [`sha256:${createHash('sha256').update(key).digest('hex')}`] } },
    identity: { tokens: { secret: randomBytes(32).toString('base64url') } },
    buffer: { kind: 'lmdb', path: join(folder, 'buffer.mdb') },
  };
  const path = join(folder, 'hub.json');
  writeFileSync(path, JSON.stringify(configuration));
  return { path, base: `http://127.0.0.1:${port}/pollux/applications/orders/notifications`, key };
}

/** @param {string} url @param {string} key @param {unknown} [body] @returns {Promise<any>} the answer */
async function ask(url, key, body) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const how = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(url, how);
  const answer = await response.json();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

/**
 * Builds as the container file says, in a clone that is used up by it, and starts what it starts: a hub that accepts a
 * message, ends when it is told to, and still has the message when it is started again.
 *
 * @param {string} clone
 * @param {string} folder an empty one, which becomes the image
 */
export async function buildAndRun(clone, folder) {
  const all = instructionsOf(readFileSync(join(clone, 'apps/hub/Containerfile'), 'utf8'));
  const begins = all.findLastIndex(({ word }) => word === 'FROM');
  const steps = only(all.slice(0, begins), 'RUN');
  const instructions = all.slice(begins);
  const volume = `install -d -o ${only(instructions, 'USER')} -g ${only(instructions, 'USER')} /var/lib/pollux`;
  if (only(instructions, 'RUN') !== volume) throw new Error('The container file leaves the folder of messages to root.');
  if (!steps.startsWith(installed)) throw new Error(`The container file's RUN does not begin with "${installed}".`);
  const built = await run('sh', ['-c', steps.slice(installed.length)], { cwd: clone, env: shellEnvironment() });
  if (built.code !== 0) throw new Error(`The container file's RUN ended with ${built.code}:\n${built.output}`);
  const image = join(folder, 'image');
  renameSync(clone, image);
  const { path, base, key } = await configure(folder);
  const entry = /** @type {string[]} */ (JSON.parse(only(instructions, 'ENTRYPOINT')));
  const command = entry.map((word) => (word === '/etc/pollux/hub.json' ? path : word));
  if (!command.includes(path)) throw new Error('The container file starts the hub without its configuration.');
  const signal = /** @type {NodeJS.Signals} */ (only(instructions, 'STOPSIGNAL'));

  const first = await startProgram(command, image, base.replace(/\/applications.*/, '/health'));
  const notification = { to: { recipients: ['alice'] }, kind: 'direct', type: 'order.changed', data: 1 };
  const { grade, accepted } = await ask(base, key, notification);
  if (grade !== 'disk') throw new Error(`What was accepted is worth "${grade}", not "disk".`);
  await endsByItself(first, signal);
  const second = await startProgram(command, image, base.replace(/\/applications.*/, '/health'));
  const { state } = await ask(`${base}/${accepted[0].id}`, key);
  if (state !== 'pending') throw new Error(`After a start the message is "${state}", not pending.`);
  await endsByItself(second, signal);
}
