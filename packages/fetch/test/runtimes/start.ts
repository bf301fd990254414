/** Starting a server program as a child process, and knowing its port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A server program that runs. */
export interface RunningProgram {
  readonly port: number;
  /** All it has printed, for when something is wrong. */
  readonly printed: () => string;
  stop(): Promise<void>;
}

export interface ProgramOptions {
  /** @default this package's folder */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What it prints when it listens, with the port as the first group. @default /port (\d+)/ */
  readonly listening?: RegExp;
}

/** This package's folder. */
export const packageFolder: string = fileURLToPath(new URL('../..', import.meta.url));

/** The program of an installed package, such as `deno`. */
export function installed(name: string): string {
  return fileURLToPath(new URL(`../../../../node_modules/.bin/${name}`, import.meta.url));
}

/** Milliseconds that a program gets to listen: the machine may be busy. */
const startMs = 60_000;

/** Starts a program, and resolves when it has said its port. */
export async function startProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<RunningProgram> {
  const { cwd = packageFolder, env = {}, listening = /port (\d+)/ } = options;
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${command} did not listen in time:\n${printed}`)), startMs);
    const read = (chunk: Buffer): void => {
      printed += chunk.toString();
      const found = listening.exec(printed)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(Number(found));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', (cause) => reject(new Error(`${command} cannot be started: "npm ci" installs it`, { cause })));
    child.once('close', (code) => reject(new Error(`${command} ended with ${code} before it listened:\n${printed}`)));
  }).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  return { port, printed: () => printed, stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}
