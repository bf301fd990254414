/**
 * The gates of `npm run check`, in the order in which they start.
 *
 * @typedef {{ name: string, command: string, args: readonly string[], built?: boolean }} Gate
 *   `built`: looks at what the build made, so it waits for that.
 */

const own = (script) => ({ command: process.execPath, args: [`scripts/gates/${script}.mjs`] });

/** The build comes first: other gates look at what it made. @type {Gate} */
export const build = { name: 'build', command: 'turbo', args: ['run', 'build', '--continue', '--output-logs=errors-only'] };

/** @type {readonly Gate[]} */
export const gates = [
  { name: 'types', command: 'turbo', args: ['run', 'typecheck', '--continue', '--output-logs=errors-only'] },
  { name: 'types of the scripts', command: 'tsc', args: ['--noEmit', '-p', 'scripts'] },
  { name: 'format and lint', command: 'biome', args: ['ci', '--colors=off', '--error-on-warnings', '.'] },
  {
    name: 'dependency direction',
    command: 'depcruise',
    args: ['--config', '.dependency-cruiser.cjs', 'packages', 'apps', 'e2e', 'bench', 'scripts'],
  },
  { name: 'unused code', command: 'knip', args: ['--no-progress', '--no-config-hints'] },
  { name: 'manifests', command: 'sherif', args: ['--fail-on-warnings'] },
  { name: 'documents', command: 'markdownlint-cli2', args: ['**/*.md', '#**/node_modules', '#**/dist'] },
  { name: 'file lengths', ...own('file-lengths') },
  { name: 'paths of one machine', ...own('own-machine') },
  { name: 'packages as published', ...own('packages'), built: true },
  { name: 'byte budgets', command: 'size-limit', args: [], built: true },
];
