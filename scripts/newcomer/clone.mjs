import { cpSync, existsSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRoot, root } from '../lib/root.mjs';
import { run } from '../lib/run.mjs';
import { say } from '../lib/say.mjs';
import { files } from '../lib/tree.mjs';

/**
 * A fresh copy of the project in an empty folder: what is committed, or, in an unpacked archive, its files.
 *
 * @returns {Promise<string>} the folder
 */
export async function freshCopy() {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'pollux-newcomer-'));
  if (!existsSync(inRoot('.git'))) {
    for (const file of files()) cpSync(inRoot(file), join(folder, file));
    return folder;
  }
  const { output: changes } = await run('git', ['status', '--porcelain']);
  const count = changes.split('\n').filter(Boolean).length;
  if (count > 0) say(`What is committed is tried; ${count} changes that are not committed are not part of it.`);
  const { code, output } = await run('git', ['clone', '--quiet', '--no-hardlinks', root, folder]);
  if (code !== 0) throw new Error(`git clone failed:\n${output}`);
  return folder;
}
