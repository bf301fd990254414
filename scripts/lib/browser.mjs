import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';
import { say } from './say.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** @param {string} path */
function runnable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where a Chromium is, or undefined. `CHROMIUM` names one outright. @returns {string | undefined} */
function findBrowser() {
  if (process.env.CHROMIUM) return runnable(process.env.CHROMIUM) ? process.env.CHROMIUM : undefined;
  const folders = (process.env.PATH ?? '').split(delimiter).concat('/usr/bin');
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(runnable);
}

/**
 * The browser of the end-to-end tests; installs Debian's where there is none and this may be done.
 *
 * @returns {Promise<string>}
 * @throws an `Error` that says what is missing and how to mend it
 */
export async function ensureBrowser() {
  const found = findBrowser();
  if (found !== undefined) return found;
  if (process.env.CHROMIUM)
    throw new Error(`CHROMIUM is ${process.env.CHROMIUM}, which cannot be run. Set it to a Chromium's path.`);
  const advice =
    'The end-to-end tests need a Chromium. Install one (Debian: apt-get install chromium), or set CHROMIUM to its path.';
  if (process.getuid?.() !== 0) throw new Error(`${advice} It is not installed from here, since that needs root.`);
  say('Installing Chromium (apt-get install chromium) …');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const update = await run('apt-get', ['update', '-qq'], { env });
  const install = await run('apt-get', ['install', '-qq', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation'], {
    env,
  });
  const installed = findBrowser();
  if (installed === undefined) throw new Error(`${advice}\nInstalling it failed:\n${update.output}${install.output}`);
  return installed;
}
