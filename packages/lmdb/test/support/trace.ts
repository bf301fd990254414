/** What a system call tracer saw of the writer: the calls in the order in which they ended. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { bundledWriter } from './run-writer.ts';

/** A call that ended: its name, its arguments as they were written, and what it returned. */
export interface Call {
  readonly name: string;
  readonly rest: string;
  readonly result: number;
}

const calls = 'openat,close,lseek,ftruncate,fdatasync,fsync,write,pwrite64,pwritev,writev';

function* linesOf(trace: string): Generator<string> {
  const begun = new Map<string, string>();
  for (const line of trace.split('\n')) {
    const [, thread = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (call.endsWith('<unfinished ...>')) begun.set(thread, call.replace(/ *<unfinished \.\.\.>$/, ''));
    else if (call.startsWith('<... ')) yield (begun.get(thread) ?? '') + call.replace(/^<\.\.\. \w+ resumed>/, '');
    else yield call;
  }
}

function* callsOf(trace: string): Generator<Call> {
  for (const line of linesOf(trace)) {
    const open = line.indexOf('(');
    const equals = line.lastIndexOf(' = ');
    if (open > 0 && equals > 0)
      yield {
        name: line.slice(0, open),
        rest: line.slice(open + 1, equals),
        result: Number.parseInt(line.slice(equals + 3), 10),
      };
  }
}

/**
 * Runs the writer under strace.
 * @param env for the writer
 * @param hasBytes whether all bytes that it wrote are wanted, as `\x..`
 */
export async function traced(to: string, args: readonly string[], env: NodeJS.ProcessEnv, hasBytes = false): Promise<Call[]> {
  const bytes = hasBytes ? ['-xx', '-s', '100000000'] : [];
  const command = [process.execPath, await bundledWriter(), ...args];
  const options = { env: { ...process.env, ...env }, encoding: 'utf8' } as const;
  const { status, stderr } = spawnSync('strace', ['-f', ...bytes, '-e', `trace=${calls}`, '-o', to, ...command], options);
  if (status !== 0) throw new Error(`the traced writer ended with ${status}: ${stderr}`);
  return [...callsOf(readFileSync(to, 'latin1'))];
}
