import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { installed, packageFolder } from './runtimes/start.ts';

const deadlineMs = 120_000;

/** Deno takes the other packages' sources, as the tests do: `@pollux/core` need not be built. */
const env = { ...process.env, DENO_CONDITIONS: '@pollux/source', NO_COLOR: '1' };

function deno(...args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return promisify(execFile)(installed('deno'), args, { cwd: packageFolder, env, maxBuffer: 1 << 24 });
}

async function manifest(name: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(`${packageFolder}/${name}`, 'utf8')) as Record<string, unknown>;
}

describe('publishable to JSR', () => {
  it(
    'passes all that JSR checks, public types and the whole graph included',
    async () => {
      const { stderr } = await deno('publish', '--dry-run', '--allow-dirty');
      expect(stderr).toContain('Dry run complete');
    },
    deadlineMs,
  );

  it(
    'has sources of Pollux in its graph and nothing else: no built-in of Node',
    async () => {
      const { modules } = JSON.parse((await deno('info', '--json', 'src/index.ts')).stdout) as {
        readonly modules: readonly { readonly kind?: string; readonly specifier: string; readonly error?: string }[];
      };
      // "external" are types of the compiler's surroundings, which nobody imports.
      const loaded = modules.filter(({ kind }) => kind !== 'external').map(({ specifier }) => specifier);
      const packages = pathToFileURL(`${packageFolder}/..`).href;
      const foreign = loaded.filter((specifier) => !/^\/(?:fetch|core)\/src\//.test(specifier.slice(packages.length)));
      expect(foreign).toEqual([]);
      expect(loaded.length).toBeGreaterThan(10);
      expect(modules.filter(({ error }) => error !== undefined)).toEqual([]);
    },
    deadlineMs,
  );

  it('is the same package as on npm', async () => {
    const { name, version, license } = await manifest('package.json');
    expect(await manifest('deno.json')).toMatchObject({ name, version, license });
  });
});
