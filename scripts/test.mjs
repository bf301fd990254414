/** `npm test`: everything that shows that Pollux works, from a fresh clone on; needs nobody at the keyboard. */
import './lib/node-version.mjs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBrowser } from './lib/browser.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { ensurePrograms } from './lib/programs.mjs';
import { endWhenAsked, run } from './lib/run.mjs';
import { bold, dim, duration, green, red, say } from './lib/say.mjs';
import { fromNewcomer, fromPlaywright, fromVitest } from './lib/tally.mjs';

endWhenAsked();
const begun = performance.now();
const reports = mkdtempSync(join(tmpdir(), 'pollux-test-'));
const unitReport = join(reports, 'unit.json');
const proxiesReport = join(reports, 'proxies.json');
const e2eReport = join(reports, 'e2e.json');
const env = { CI: process.env.CI ?? 'true', PLAYWRIGHT_JSON_OUTPUT_FILE: e2eReport };

/** A command as a step: shows its output while it comes. */
const command = (name, args, tally) => async () => {
  const { code, output } = await run(name, args, { env, echo: true });
  return { good: code === 0, tally: tally?.(output) };
};

/**
 * @typedef {{ good: boolean, tally?: import('./lib/tally.mjs').Tally | undefined }} Outcome
 * @type {readonly (readonly [title: string, step: () => Promise<Outcome>])[]}
 */
const steps = [
  [
    'Set-up: dependencies, browser, proxies, Redis and tracer',
    async () => {
      await ensureInstalled();
      Object.assign(env, { CHROMIUM: await ensureBrowser() });
      await ensurePrograms(['nginx', 'haproxy', 'redis-server', 'strace']);
      say(`Browser: ${env['CHROMIUM']}`);
      return { good: true };
    },
  ],
  ['Gates', command(process.execPath, ['scripts/check.mjs'])],
  ['Build', command('turbo', ['run', 'build', '--output-logs=errors-only'])],
  [
    'Unit tests',
    command('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${unitReport}`], () =>
      fromVitest(unitReport),
    ),
  ],
  [
    'Behind real proxies: nginx and haproxy',
    command(
      'vitest',
      [
        'run',
        '--config',
        'e2e/proxies/vitest.config.ts',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${proxiesReport}`,
      ],
      () => fromVitest(proxiesReport),
    ),
  ],
  [
    'End to end: real processes, real browser',
    command('npm', ['run', '--silent', 'test', '--workspace', '@pollux/e2e', '--', '--reporter=list,json'], () =>
      fromPlaywright(e2eReport),
    ),
  ],
  [
    'A newcomer: clean clone, the commands as printed, the example as pasted',
    command(process.execPath, ['scripts/newcomer.mjs'], fromNewcomer),
  ],
];

const total = { passed: 0, failed: 0 };
for (const [index, [title, step]] of steps.entries()) {
  say(`\n${bold(`── ${index + 1}/${steps.length} ${title}`)}`);
  const start = performance.now();
  const outcome = await step().catch((error) => {
    say(error.message);
    return /** @type {Outcome} */ ({ good: false });
  });
  total.passed += outcome.tally?.passed ?? 0;
  total.failed += outcome.tally?.failed ?? 0;
  say(`${outcome.good ? green('✓') : red('✗')} ${title} ${dim(duration(performance.now() - start))}`);
  if (outcome.good) continue;
  // A step that fails without naming a failed test is itself the failure.
  if (!outcome.tally?.failed) total.failed += 1;
  break;
}
rmSync(reports, { recursive: true, force: true });
say(`\n${total.failed === 0 ? green('All passed') : red('Failed')} in ${duration(performance.now() - begun)}`);
say(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
