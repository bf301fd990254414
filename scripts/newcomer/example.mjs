import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pastedExample } from './documents.mjs';
import { shellEnvironment } from './session.mjs';

/** How long the example may run, in milliseconds: one that ends by itself, or a server that stays. */
const patienceMs = 5000;

/**
 * Pastes the README's example into a file of the given folder and runs it: it has to end with 0, or to stay, and to
 * print what the README says.
 *
 * @param {string} folder
 * @returns {Promise<string>} what it printed
 */
export async function runReadmeExample(folder) {
  const readme = join(folder, 'README.md');
  const example = existsSync(readme) ? pastedExample(readFileSync(readme, 'utf8')) : undefined;
  if (example === undefined) throw new Error('README.md has no code block below the words "save this as `…`".');
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
    const expected = example.prints ?? '';
    if (output.trim() === '' || !output.includes(expected))
      throw new Error(`It was to print "${expected}", and printed:\n${output}`);
    return output;
  } finally {
    child.kill('SIGTERM');
    await Promise.race([ended, wait(patienceMs, undefined, { ref: false })]);
    child.kill('SIGKILL');
  }
}
