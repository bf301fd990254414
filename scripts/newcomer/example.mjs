import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { titledExample } from './documents.mjs';
import { shellEnvironment } from './session.mjs';

/** How long the example may run, in milliseconds: one that ends by itself, or a server that stays. */
const patienceMs = 5000;

/**
 * Pastes the README's example into a file of the given folder and runs it: it has to end with 0, or to stay and say
 * something; an address that it prints has to answer.
 *
 * @param {string} folder
 * @returns {Promise<string>} what it printed
 */
export async function runReadmeExample(folder) {
  const readme = join(folder, 'README.md');
  const example = existsSync(readme) ? titledExample(readFileSync(readme, 'utf8')) : undefined;
  if (example === undefined) throw new Error('README.md has no code block with a file name in its title.');
  writeFileSync(join(folder, example.fileName), example.code);
  const child = spawn(process.execPath, [example.fileName], {
    cwd: folder,
    env: shellEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const ended = new Promise((resolve) => child.on('close', (code) => resolve(code ?? -1)));
  try {
    const code = await Promise.race([ended, wait(patienceMs, undefined, { ref: false })]);
    if (code !== undefined && code !== 0) throw new Error(`It ended with ${code}:\n${output}`);
    if (output.trim() === '') throw new Error('It printed nothing.');
    const address = code === undefined ? output.match(/http:\/\/[^\s'"]+/)?.[0] : undefined;
    if (address !== undefined) await fetch(address, { signal: AbortSignal.timeout(patienceMs) });
    return output;
  } finally {
    child.kill('SIGTERM');
    await Promise.race([ended, wait(patienceMs, undefined, { ref: false })]);
    child.kill('SIGKILL');
  }
}
