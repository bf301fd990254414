/** Starts the writer and listens to it. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { BufferHealth } from '@pollux/core/server';
import { bundled } from './bundled.ts';

/** The writer as one file, for whoever starts it in a way of his own. */
export function bundledWriter(): Promise<string> {
  return bundled('writer');
}

/** What the writer found when it began. */
export interface Ready {
  readonly count: number;
  /** Every message from the first to the last is there, once, in order. */
  readonly isWhole: boolean;
  readonly milliseconds: number;
  readonly health: BufferHealth;
}

export interface Writer {
  readonly child: ChildProcess;
  /** Resolves when it has told what it found; undefined where it ended before. */
  readonly ready: Promise<Ready | undefined>;
  /** The greatest number accepted so far, -1 for none. */
  readonly accepted: () => number;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly err: string }>;
}

/** Starts a writer at a file; it publishes until there are `most` messages. */
export async function startWriter(path: string, most: number, ...killAt: readonly (string | number)[]): Promise<Writer> {
  const child = spawn(process.execPath, [await bundledWriter(), path, String(most), ...killAt.map(String)]);
  let accepted = -1;
  let rest = '';
  let err = '';
  let tell = (_: Ready | undefined): void => {};
  const ready = new Promise<Ready | undefined>((resolve) => {
    tell = resolve;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('ok ')) accepted = Math.max(accepted, Number(line.slice(3)));
      else if (line.startsWith('{')) tell((JSON.parse(line) as { readonly ready: Ready }).ready);
    }
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null; err: string }>((resolve) => {
    child.once('close', (code, signal) => {
      tell(undefined);
      resolve({ code, signal, err });
    });
  });
  return { child, ready, accepted: () => accepted, ended };
}
