/** Starting the wire contract's servers on Deno and Bun, straight from the sources. */
import { installed, type RunningProgram, startProgram } from './start.ts';

const fromSources = '--conditions=@pollux/source';

export function startDeno(): Promise<RunningProgram> {
  const permissions = ['--allow-net=127.0.0.1', '--no-check'];
  return startProgram(installed('deno'), ['run', ...permissions, fromSources, 'test/runtimes/deno.ts']);
}

export function startBun(): Promise<RunningProgram> {
  return startProgram(installed('bun'), [fromSources, 'test/runtimes/bun.ts']);
}
