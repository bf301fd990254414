/** Starting programs on Deno and Bun straight from the sources: the wire contract's servers, unless another is named. */
import { installed, type RunningProgram, startProgram } from './start.ts';

const fromSources = '--conditions=@pollux/source';

export function startDeno(program = 'deno.ts'): Promise<RunningProgram> {
  const permissions = ['--allow-net=127.0.0.1', '--no-check'];
  return startProgram(installed('deno'), ['run', ...permissions, fromSources, `test/runtimes/${program}`]);
}

export function startBun(program = 'bun.ts'): Promise<RunningProgram> {
  return startProgram(installed('bun'), [fromSources, `test/runtimes/${program}`]);
}
