import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from './root.mjs';
import { run } from './run.mjs';
import { duration, fail, say } from './say.mjs';
import { files } from './tree.mjs';

/** What a running demonstration needs, as packages for turbo and as files that must be there. */
const wanted = ['@pollux/hub', '@pollux/console', '@pollux/portal'];
const made = ['apps/hub/dist/cli.js', 'apps/console/dist/index.html', 'apps/portal/dist/server.js'];

const note = inRoot('node_modules', '.pollux-built');

/** Whether a change of this file can change what is built. */
const isInput = (path) =>
  (/^(packages|apps)\//.test(path) && !/\/(test|docs)\/|\.md$/.test(path)) ||
  ['package-lock.json', 'tsconfig.base.json', 'turbo.json'].includes(path);

/** A fingerprint of all that goes into the build. */
function inputsHash() {
  const hash = createHash('sha256').update(process.versions.node);
  for (const path of files().filter(isInput))
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(inRoot(path)))
      .update('\0');
  return hash.digest('hex');
}

/** Builds what `npm start` runs, unless nothing changed since it was built. */
export async function ensureBuilt() {
  const hash = inputsHash();
  const upToDate = existsSync(note) && readFileSync(note, 'utf8') === hash && made.every((path) => existsSync(inRoot(path)));
  if (upToDate) return;
  say('Building the packages, the hub, the console and the portal …');
  const filters = wanted.map((name) => `--filter=${name}`);
  const { code, output, ms } = await run('turbo', ['run', 'build', ...filters, '--output-logs=errors-only']);
  if (code !== 0) fail(`The build failed:\n${output}`);
  say(`Built in ${duration(ms)}.`);
  writeFileSync(note, hash);
}
