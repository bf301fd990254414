#!/usr/bin/env node
// Checked in, so that npm can link the command before the first build.
import { existsSync } from 'node:fs';

const built = new URL('../dist/cli.js', import.meta.url);
if (existsSync(built)) await import(built.href);
else {
  process.stderr.write('pollux-hub is not built yet. In the folder of the project: npm run build\n');
  process.exitCode = 1;
}
