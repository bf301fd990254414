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

/** Starts workerd with one of the configurations and a module, the wire contract's by default. */
export async function startWorkerd(
  configuration: string,
  module: URL = new URL('./worker.ts', import.meta.url),
): Promise<RunningProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'pollux-workerd-'));
  const outfile = join(folder, 'worker.js');
  // platform "neutral": a Node built-in anywhere in the graph fails the bundling.
  const conditions = ['@pollux/source'];
  await build({ entryPoints: [fileURLToPath(module)], outfile, bundle: true, format: 'esm', platform: 'neutral', conditions });
  await copyFile(join(here, configuration), join(folder, configuration));
  const args = ['serve', configuration, '--experimental', '--control-fd=1'];
  const program = await startProgram(installed('workerd'), args, { cwd: folder, listening: /"port":(\d+)/ });
  const stop = async (): Promise<void> => {
    await program.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...program, stop };
}
