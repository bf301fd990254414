import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from './root.mjs';
import { run } from './run.mjs';
import { dim, fail, say } from './say.mjs';

/** Where an install notes which lock file it was made from. */
const note = inRoot('node_modules', '.pollux-installed');
const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex');

/** Whether `node_modules` is what the lock file says. npm's own note is older than the lock file after a `git pull`. */
function installed() {
  if (!existsSync(inRoot('node_modules', '.package-lock.json'))) return false;
  if (existsSync(note) && readFileSync(note, 'utf8') === lockHash()) return true;
  return sameAsNpmNoted();
}

/** Whether npm's note of what it installed names the same packages as the lock file, as after an `npm install`. */
function sameAsNpmNoted() {
  const read = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const wanted = read(inRoot('package-lock.json'));
  const present = read(inRoot('node_modules', '.package-lock.json'));
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.includes('node_modules/')) return true;
    if (present[path] === undefined) return entry.optional === true;
    return entry.link === true || present[path].version === entry.version;
  });
}

/** Installs the dependencies when they are missing or not those of the lock file. */
export async function ensureInstalled() {
  if (!installed()) {
    say(`Installing the dependencies (npm ci) … ${dim('once, and after the lock file changed')}`);
    const { code, output } = await run('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund']);
    if (code !== 0) fail(`npm ci failed:\n${output}`);
  }
  writeFileSync(note, lockHash());
}
