import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { inRoot, root } from './root.mjs';

/** The environment of everything the scripts run: the project's own tools on the path, and no telemetry. */
function toolEnvironment(extra = {}) {
  return {
    ...process.env,
    PATH: `${inRoot('node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
    ...extra,
  };
}

/** What runs now; nothing of it outlives this process. @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM');
});

/** Ends this process, and with it what it runs, when somebody asks for it. For scripts that have nothing else to put in order. */
export function endWhenAsked() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
}

/**
 * Runs a command to its end. It never waits for a person: its standard input is `input` or nothing.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined>, echo?: boolean, input?: string }} [options]
 *   `echo`: show the output while it comes. It is gathered either way.
 * @returns {Promise<{ code: number, output: string, ms: number }>} `code` is 127 when the command does not exist.
 */
export function run(command, args, { cwd = root, env = {}, echo = false, input = '' } = {}) {
  const begun = performance.now();
  return new Promise((resolve) => {
    const pieces = [];
    const child = spawn(command, args, { cwd, env: toolEnvironment(env), stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => {}).end(input);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        pieces.push(text);
        if (echo) process.stdout.write(text);
      });
    }
    running.add(child);
    const finish = (code) => {
      running.delete(child);
      resolve({ code, output: pieces.join(''), ms: performance.now() - begun });
    };
    child.on('error', (error) => {
      pieces.push(`${command}: ${error.message}\n`);
      finish(127);
    });
    child.on('close', (code, signal) => finish(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}
