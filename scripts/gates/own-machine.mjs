/** Nothing committed names a place or a host that exists on one machine only: it would not work anywhere else. */
import { readFileSync } from 'node:fs';
import { inRoot } from '../lib/root.mjs';
import { files } from '../lib/tree.mjs';

const binary = /\.(png|jpe?g|gif|webp|avif|ico|woff2?|wasm)$/;
const homes = ['root', 'home', 'Users', 'work', 'tmp', 'private', 'mnt'].join('|');

/** An absolute path into somebody's folders; `/tmp` alone, as in prose, is none. */
const ownPath = new RegExp(`(?<![\\w.~*\\]})/-])/(?:${homes})/[\\w.@-]+`, 'g');

/** Addresses of private networks; loopback is everybody's, and a test may use one as an example of an address. */
const ownHost =
  /\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}\b|\b[\w-]+\.(?:internal|localdomain|lan)\b/g;

const isTest = (path) => path.includes('/test/');

/** Where such a word is meant. @type {Record<string, readonly string[]>} file -> words */
const meant = {};

const problems = files()
  .filter((path) => !binary.test(path) && path !== 'package-lock.json')
  .flatMap((path) =>
    readFileSync(inRoot(path), 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        [...line.matchAll(ownPath), ...(isTest(path) ? [] : line.matchAll(ownHost))]
          .map(([word]) => word)
          .filter((word) => !meant[path]?.includes(word))
          .map((word) => `${path}:${index + 1}: ${word}`),
      ),
  );

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
