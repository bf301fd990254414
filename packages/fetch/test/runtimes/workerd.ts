/** Starting workerd: its module bundled as Cloudflare's tools bundle it, its configuration beside it. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Skip } from '@pollux/core/testing';
import { build } from 'esbuild';
import { installed, type RunningProgram, startProgram } from './start.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

const unnoticed = 'workerd tells of a client that hung up at the next write only, so a silent hold ends at its time';

/** What no worker can pass. */
export const disconnectSkips: readonly Skip[] = [
  { test: '§3.11 a client that hangs up a held poll loses nothing that comes after', reason: unnoticed },
  { test: '§14.6 a reader that hangs up loses nothing', reason: unnoticed },
];

/** What a Durable Object cannot pass. */
export const objectSkips: readonly Skip[] = [
  ...disconnectSkips,
  {
    test: '§2.2 the target "*" gets an answer that is no 5xx, and the next request works',
    reason: 'workerd itself answers 500 before the object is asked',
  },
];

export interface WorkerdOptions {
  /** The program. @default the wire contract's servers */
  readonly module?: URL;
  /** The address of a Redis, for a configuration and a module that use one. */
  readonly redis?: string;
  /** Built-ins of Node may be in the program. @default false */
  readonly allowsNode?: boolean;
}

/** What a package for Node calls inside a module: workerd has it, but not as a global. */
const requireForModules = `import { createRequire as createRequireHere } from 'node:module';
const require = createRequireHere('/');`;

/** Starts workerd with one of the configurations. */
export async function startWorkerd(configuration: string, options: WorkerdOptions = {}): Promise<RunningProgram> {
  const { module = new URL('./worker.ts', import.meta.url), redis = '', allowsNode = false } = options;
  const folder = await mkdtemp(join(tmpdir(), 'pollux-workerd-'));
  const outfile = join(folder, 'worker.js');
  await build({
    entryPoints: [fileURLToPath(module)],
    outfile,
    bundle: true,
    format: 'esm',
    // "neutral": a Node built-in anywhere in the graph fails the bundling.
    platform: allowsNode ? 'node' : 'neutral',
    ...(allowsNode && { banner: { js: requireForModules } }),
    conditions: ['@pollux/source'],
    logLevel: 'error',
  });
  await copyFile(join(here, configuration), join(folder, configuration));
  const args = ['serve', configuration, '--experimental', '--control-fd=1'];
  const program = await startProgram(installed('workerd'), args, {
    cwd: folder,
    env: { POLLUX_REDIS: redis },
    listening: /"port":(\d+)/,
  });
  const stop = async (): Promise<void> => {
    await program.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...program, stop };
}
