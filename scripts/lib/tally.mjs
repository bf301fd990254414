import { existsSync, readFileSync } from 'node:fs';

/** How many tests passed and failed. @typedef {{ passed: number, failed: number }} Tally */

/** @param {string} file @returns {Record<string, any> | undefined} */
const read = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined);

/** From the file of vitest's JSON reporter. A test file that could not be run at all counts as one failure. @param {string} file @returns {Tally} */
export function fromVitest(file) {
  const report = read(file);
  if (report === undefined) return { passed: 0, failed: 0 };
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length };
}

/** From the file of Playwright's JSON reporter. @param {string} file @returns {Tally} */
export function fromPlaywright(file) {
  const stats = read(file)?.stats;
  return { passed: (stats?.expected ?? 0) + (stats?.flaky ?? 0), failed: stats?.unexpected ?? 0 };
}

/** From what `scripts/newcomer.mjs` prints last. @param {string} output @returns {Tally} */
export function fromNewcomer(output) {
  const [, passed = '0', all = '0'] = /^newcomer: (\d+) of (\d+)/m.exec(output) ?? [];
  return { passed: Number(passed), failed: Number(all) - Number(passed) };
}
