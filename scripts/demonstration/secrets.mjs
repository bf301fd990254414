import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from '../lib/root.mjs';

/**
 * What the demonstration's processes share and nobody else knows, made once per clone.
 *
 * @typedef {object} Secrets
 * @property {Record<string, string>} publisherKeys by application
 * @property {string} tokenSecret what tokens are signed with
 * @property {string} consolePassword
 */

/** Where everything of this clone's own lies: not for git, and for nobody but its owner. */
const ownFolder = inRoot('.pollux');
const file = inRoot('.pollux', 'secrets.json');

/** Writes a file that only its owner may read. @param {string} path @param {string} text */
export function writePrivately(path, text) {
  mkdirSync(ownFolder, { recursive: true, mode: 0o700 });
  writeFileSync(path, text, { mode: 0o600 });
  chmodSync(path, 0o600);
}

/** Four groups of letters and digits that nobody mistakes for one another: 78 bits, and can be typed. */
function typablePassword() {
  const signs = 'abcdefghjkmnpqrstuvwxyz23456789';
  const group = () => Array.from({ length: 4 }, () => signs[randomInt(signs.length)]).join('');
  return Array.from({ length: 4 }, group).join('-');
}

/**
 * The secrets of this clone; makes them where there are none.
 *
 * @param {readonly string[]} applications
 * @returns {{ secrets: Secrets, made: boolean }}
 */
export function ensureSecrets(applications) {
  if (existsSync(file)) return { secrets: JSON.parse(readFileSync(file, 'utf8')), made: false };
  const key = () => randomBytes(32).toString('base64url');
  const secrets = {
    publisherKeys: Object.fromEntries(applications.map((name) => [name, key()])),
    tokenSecret: key(),
    consolePassword: typablePassword(),
  };
  writePrivately(file, `${JSON.stringify(secrets, null, 2)}\n`);
  return { secrets, made: true };
}
