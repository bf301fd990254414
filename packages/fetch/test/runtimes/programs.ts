/** Starting programs on Deno and Bun straight from the sources: the wire contract's servers, or `visit`. */
import { installed, type RunningProgram, startProgram } from './start.ts';

const fromSources = '--conditions=@pollux/source';

export function startDeno(...args: readonly 'visit'[]): Promise<RunningProgram> {
  const permissions = ['--allow-net=127.0.0.1', '--no-check'];
  return startProgram(installed('deno'), ['run', ...permissions, fromSources, 'test/runtimes/deno.ts', ...args]);
}

export function startBun(...args: readonly 'visit'[]): Promise<RunningProgram> {
  return startProgram(installed('bun'), [fromSources, 'test/runtimes/bun.ts', ...args]);
}
