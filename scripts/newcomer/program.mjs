import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { shellEnvironment } from './session.mjs';

/** Enough for a start and an end on a slow machine, in milliseconds. */
const patienceMs = 30_000;

/**
 * Starts a program and waits until an address answers 200.
 *
 * @param {readonly string[]} command
 * @param {string} folder
 * @param {string} health
 */
export async function startProgram([program = '', ...args], folder, health) {
  let output = '';
  const child = spawn(program, args, { cwd: folder, env: shellEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  /** @type {Promise<number>} */
  const ended = new Promise((resolve) => child.on('close', (code) => resolve(code ?? -1)));
  const begun = performance.now();
  for (;;) {
    const isUp = await fetch(health).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return { child, ended };
    if (child.exitCode !== null) throw new Error(`${program} ended by itself with ${child.exitCode}:\n${output}`);
    if (performance.now() - begun > patienceMs) {
      child.kill('SIGKILL');
      throw new Error(`${program} did not come up:\n${output}`);
    }
    await wait(50);
  }
}

/**
 * Tells a program to end, and demands that it ends with 0.
 *
 * @param {Awaited<ReturnType<typeof startProgram>>} program
 * @param {NodeJS.Signals} signal
 */
export async function endsByItself({ child, ended }, signal) {
  child.kill(signal);
  const code = await Promise.race([ended, wait(patienceMs, 'nothing, it did not end', { ref: false })]);
  if (typeof code === 'string') child.kill('SIGKILL');
  if (code !== 0) throw new Error(`After ${signal} it ended with ${code}.`);
}
