/** Programs of the tests, each as one file that Node.js can start. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll } from 'vitest';

const folder = fileURLToPath(new URL('../..', import.meta.url));
const files = new Map<string, Promise<string>>();

afterAll(async () => {
  for (const file of files.values()) rmSync(await file, { force: true });
});

async function bundle(name: string): Promise<string> {
  const outfile = join(folder, 'test-results', `${name}-${process.pid}.mjs`);
  mkdirSync(join(folder, 'test-results'), { recursive: true });
  await build({
    entryPoints: [join(folder, `test/support/${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@pollux/source'],
    external: ['lmdb'],
    logLevel: 'silent',
  });
  return outfile;
}

/** Bundles a program of this folder, once for each test file. */
export function bundled(name: string): Promise<string> {
  const file = files.get(name) ?? bundle(name);
  files.set(name, file);
  return file;
}
