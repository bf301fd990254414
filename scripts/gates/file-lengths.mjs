/** A file holds one idea. One that needs more lines than these usually holds two. */
import { readFileSync } from 'node:fs';
import { inRoot } from '../lib/root.mjs';
import { files } from '../lib/tree.mjs';

const sourceLines = 250;
const testLines = 300;

/** Files that are longer all the same, each with its reason. @type {Record<string, string>} */
const exceptions = {};

const isTest = (path) => /(^|\/)(test|e2e)\//.test(path);
const isCode = (path) => /\.(ts|mts|mjs|cjs|js|vue|css)$/.test(path);
const lines = (path) => readFileSync(inRoot(path), 'utf8').trimEnd().split('\n').length;

const checked = files().filter(isCode);
const problems = [
  ...checked.flatMap((path) => {
    const allowed = isTest(path) ? testLines : sourceLines;
    const count = lines(path);
    if (count <= allowed || exceptions[path] !== undefined) return [];
    return [`${path}: ${count} lines, allowed are ${allowed}. Does it hold two ideas?`];
  }),
  ...Object.keys(exceptions)
    .filter((path) => !checked.includes(path) || lines(path) <= sourceLines)
    .map((path) => `${path}: is an exception in scripts/gates/file-lengths.mjs and need not be one`),
];

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
