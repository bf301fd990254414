/** Every published package is correct as packed: what its exports name is in it, and its types resolve for ESM users; it has a README and its licence. */
import { existsSync } from 'node:fs';
import { inRoot } from '../lib/root.mjs';
import { run } from '../lib/run.mjs';
import { workspacesIn } from '../lib/workspaces.mjs';

/** @type {readonly [command: string, args: string[]][]} */
const checks = [
  ['publint', ['--strict', '--pack', 'npm']],
  ['attw', ['--pack', '.', '--profile', 'esm-only', '--no-color', '--no-emoji']],
];

let failed = false;
for (const { folder, manifest } of workspacesIn('packages')) {
  if (manifest.private === true) continue;
  // npm takes both along, but only from the package's own folder.
  for (const file of ['README.md', 'LICENSE']) {
    if (existsSync(inRoot(folder, file))) continue;
    failed = true;
    console.error(`${manifest.name}: no ${file}`);
  }
  for (const [command, args] of checks) {
    const { code, output } = await run(command, args, { cwd: folder });
    if (code === 0) continue;
    failed = true;
    console.error(`${manifest.name}: ${command}\n${output}`);
  }
}
process.exitCode = failed ? 1 : 0;
