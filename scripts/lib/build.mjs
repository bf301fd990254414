import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from './root.mjs';
import { run } from './run.mjs';
import { duration, fail, say } from './say.mjs';
import { files } from './tree.mjs';
import { workspacesIn } from './workspaces.mjs';

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

/**
 * Makes the workspaces' commands runnable by `npx`: npm links a command when it installs, and does not where the file is
 * built only afterwards.
 */
function linkCommands() {
  for (const { folder, manifest } of workspacesIn('apps')) {
    for (const [name, target] of Object.entries(manifest['bin'] ?? {})) {
      const link = inRoot('node_modules', '.bin', name);
      if (existsSync(link) || process.platform === 'win32') continue;
      chmodSync(inRoot(folder, target), 0o755);
      symlinkSync(join('..', manifest['name'], target), link);
    }
  }
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
  linkCommands();
  say(`Built in ${duration(ms)}.`);
  writeFileSync(note, hash);
}
