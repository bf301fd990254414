import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';
import { say } from './say.mjs';

/** Whether a program is there; servers lie in `sbin`, which not every PATH names. @param {string} name */
function isThere(name) {
  const folders = (process.env.PATH ?? '').split(delimiter).concat('/usr/sbin', '/usr/local/sbin');
  return folders.some((folder) => existsSync(join(folder, name)));
}

/**
 * Sees to it that programs are there; installs Debian's packages of the same names where they are not and this may be done.
 *
 * @param {readonly string[]} names
 * @throws an `Error` that says what is missing and how to mend it
 */
export async function ensurePrograms(names) {
  const missing = names.filter((name) => !isThere(name));
  if (missing.length === 0) return;
  say(`Installing ${missing.join(' and ')} (apt-get install ${missing.join(' ')}) …`);
  const [command, ...before] = process.getuid?.() === 0 ? ['apt-get'] : ['sudo', '-n', 'apt-get'];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const asked = [...before, 'install', '-qq', '-y', '--no-install-recommends', ...missing];
  const fail = (/** @type {Error} */ error) => ({ output: error.message });
  const update = await run(command, [...before, 'update', '-qq'], { env }).catch(fail);
  const install = await run(command, asked, { env }).catch(fail);
  const still = missing.filter((name) => !isThere(name));
  if (still.length === 0) return;
  throw new Error(
    `The tests need ${still.join(' and ')}: apt-get install ${still.join(' ')}\nInstalling failed:\n${update.output}${install.output}`,
  );
}
