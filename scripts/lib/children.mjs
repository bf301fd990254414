import { spawn } from 'node:child_process';
import { eachLine, readLine } from './process-lines.mjs';
import { root } from './root.mjs';
import { say } from './say.mjs';

/**
 * A process that was started.
 *
 * @typedef {object} Child
 * @property {string} name
 * @property {import('node:child_process').ChildProcess} process
 * @property {string[]} last its last lines
 * @property {Promise<string>} ended how it ended, in words
 */

/** How many of its last lines are shown of a process that died. */
const keptLines = 20;

/** How long a process may take to end in order, in milliseconds; longer than the hub's `shutdown.drainSeconds`. */
const patienceMs = 10_000;

/**
 * Starts a Node process of the project, with a process group of its own: a terminal's Ctrl-C then reaches only whoever
 * started it, who ends the processes in order.
 *
 * @param {{ name: string, args: readonly string[], env: Record<string, string>, tint: (text: string) => string, verbose: boolean }} options
 * @returns {Child}
 */
export function startChild({ name, args, env, tint, verbose }) {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const last = [];
  const take = (stream) => (line) => {
    if (line.trim() === '') return;
    const { text, loud } = readLine(line, stream);
    last.push(text);
    if (last.length > keptLines) last.shift();
    if (loud || verbose) say(`${tint(name.padEnd(7))} ${text}`);
  };
  eachLine(child.stdout, take('stdout'));
  eachLine(child.stderr, take('stderr'));
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('close', (code, signal) => resolve(signal ? `was ended by ${signal}` : `ended with code ${code}`));
  });
  return { name, process: child, last, ended };
}

/** Whether it still runs. @param {Child} child */
const alive = ({ process: { pid, exitCode, signalCode } }) => pid !== undefined && exitCode === null && signalCode === null;

/** Sends a signal to a process and to all it started. @param {Child} child @param {NodeJS.Signals} signal */
function send(child, signal) {
  try {
    process.kill(-Number(child.process.pid), signal);
  } catch {
    // It ended on its own meanwhile.
  }
}

/**
 * Ends processes in order: asks, waits, and insists on those that took too long.
 *
 * @param {readonly Child[]} children
 * @returns {Promise<string[]>} the names of those that had to be killed
 */
export async function endAll(children) {
  const running = children.filter(alive);
  for (const child of running) send(child, 'SIGTERM');
  const killed = [];
  const insist = setTimeout(() => {
    for (const child of running.filter(alive)) {
      killed.push(child.name);
      send(child, 'SIGKILL');
    }
  }, patienceMs);
  await Promise.all(running.map(({ ended }) => ended));
  clearTimeout(insist);
  return killed;
}

/** Kills what still runs, at once: for when this process itself breaks. @param {readonly Child[]} children */
export function killAll(children) {
  for (const child of children.filter(alive)) send(child, 'SIGKILL');
}

/**
 * Resolves with the first signal that asks this process to end. Later ones change nothing: npm hands on the signal that
 * the terminal sent to all already.
 *
 * @returns {Promise<NodeJS.Signals>}
 */
export function askedToEnd() {
  return new Promise((resolve) => {
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => resolve(signal));
  });
}
