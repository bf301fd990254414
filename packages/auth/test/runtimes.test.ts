/** The same on Node, Deno, Bun and workerd: web cryptography is all that is needed. */
import { execFile, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BuildOptions, build } from 'esbuild';
import { expect, it, vi } from 'vitest';
import { exercise } from './runtimes/exercise.ts';

vi.setConfig({ testTimeout: 120_000 });

const run = promisify(execFile);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const program = (name: string): string => here(`../../../node_modules/.bin/${name}`);
const conditions = '--conditions=@pollux/source';

const expected = {
  alice: ['alice', ['sales'], 'nobody'],
  signed: ['bob', 'nobody', 'bob', 'nobody'],
  publisher: [{ applications: ['orders'] }, 'nobody', 'sha256:a21d5efa35ca735c6c0853e8363fc70fae43a897990c04a5fd43fb68de6a9d37'],
  visitor: [true, 'nobody'],
};

it('Node', async () => {
  expect(await exercise()).toEqual(expected);
});

it.each([
  ['Deno', 'deno', ['run', '--no-check', conditions, here('runtimes/print.ts')]],
  ['Bun', 'bun', [conditions, here('runtimes/print.ts')]],
] as const)('%s', async (_name, command, args) => {
  const { stdout } = await run(program(command), [...args], { cwd: here('..'), env: { ...process.env, NO_COLOR: '1' } });
  expect(JSON.parse(stdout)).toEqual(expected);
});

it('workerd', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pollux-auth-'));
  // platform "neutral": a Node built-in anywhere in the graph fails the bundling.
  const bundling: BuildOptions = { bundle: true, format: 'esm', platform: 'neutral', conditions: ['@pollux/source'] };
  await build({ entryPoints: [here('runtimes/worker.ts')], outfile: join(folder, 'worker.js'), ...bundling });
  copyFileSync(here('runtimes/worker.capnp'), join(folder, 'worker.capnp'));
  const child = spawn(program('workerd'), ['serve', 'worker.capnp', '--control-fd=1'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    const port = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.stdout.on('data', (text: Buffer) => {
        said += String(text);
        const [, found] = /"port":(\d+)/.exec(said) ?? [];
        if (found !== undefined) resolve(found);
      });
      child.once('close', () => reject(new Error(`workerd ended: ${said}`)));
    });
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).json()).toEqual(expected);
  } finally {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
});
