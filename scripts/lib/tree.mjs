import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { root } from './root.mjs';

/** Folders that hold nothing written by hand. */
const skipped = new Set(['node_modules', 'dist', '.git', '.turbo', '.pollux', 'coverage', 'test-results']);

/**
 * Every file of the project that is not made by a tool, as paths from its root with forward slashes. Works without git
 * too, as in an unpacked archive.
 *
 * @param {string} [folder]
 * @returns {string[]}
 */
export function files(folder = root) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !skipped.has(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? files(path) : [relative(root, path).split(sep).join('/')];
    })
    .sort();
}
