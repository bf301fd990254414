/** Starting programs on Deno and Bun straight from the sources: the wire contract's servers, or `visit`. */
import type { Place } from '../buffers/open-buffer.ts';
import { installed, type RunningProgram, startProgram } from './start.ts';

const fromSources = '--conditions=@pollux/source';

/** What a program is to do. */
export interface Task {
  /** Visits with the communication client, in place of the wire contract's servers. */
  readonly visit?: true;
  /** Where the servers have their buffers. @default in memory */
  readonly place?: Place;
}

function argumentsOf({ visit, place }: Task): readonly string[] {
  return [...(visit ? ['visit'] : []), ...(place === undefined ? [] : [`--${place.kind}=${place.at}`])];
}

/** What Deno has to allow beyond connections to this machine: what the clients' packages ask of it when they are loaded. */
function permissionsOf({ place }: Task): readonly string[] {
  if (place?.kind === 'redis') return ['--allow-env=REDIS_DEBUG_MAINTENANCE,REDIS_EMIT_DIAGNOSTICS'];
  // A native module, which looks for its binary by many a variable.
  return place?.kind === 'lmdb'
    ? ['--allow-ffi', '--allow-read', `--allow-write=${place.at}`, '--allow-env', '--allow-sys=statfs']
    : [];
}

export function startDeno(task: Task = {}): Promise<RunningProgram> {
  const permissions = ['--allow-net=127.0.0.1', '--no-check', ...permissionsOf(task)];
  return startProgram(installed('deno'), ['run', ...permissions, fromSources, 'test/runtimes/deno.ts', ...argumentsOf(task)]);
}

export function startBun(task: Task = {}): Promise<RunningProgram> {
  return startProgram(installed('bun'), [fromSources, 'test/runtimes/bun.ts', ...argumentsOf(task)]);
}
