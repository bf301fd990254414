/** An example as its README has it: the commands are run as they are printed, but for the port and the cookie file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const root: string = fileURLToPath(new URL('../../../..', import.meta.url));

/** Milliseconds that something may take on a busy machine. */
const patienceMs = 60_000;

/** A command under way. */
export interface Running {
  /** What it has printed. */
  printed(): string;
  /** Resolves once it has printed something; rejects when it ends or takes too long. */
  prints(text: string): Promise<void>;
  /** Resolves with what it printed, once it has ended. */
  readonly ended: Promise<string>;
  stop(): void;
}

/** The commands of a README, one a line, in order. */
export async function commandsOf(folder: string): Promise<readonly string[]> {
  const text = await readFile(join(root, folder, 'README.md'), 'utf8');
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => block.trim().split('\n'));
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return port;
}

/** Runs a command by a shell in the repository's folder, in a process group of its own. */
export function run(command: string, env: Readonly<Record<string, string>>): Running {
  const child = spawn(command, { shell: true, cwd: root, env: { ...process.env, ...env }, detached: true });
  let printed = '';
  const listeners = new Set<() => void>();
  const read = (chunk: Buffer): void => {
    printed += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  const ended = new Promise<string>((resolve) => child.once('close', () => resolve(printed)));
  const prints = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${command}\n${why} without printing ${text}:\n${printed}`));
      const timer = setTimeout(() => fail('took too long'), patienceMs);
      const look = (): void => {
        if (!printed.includes(text)) return;
        clearTimeout(timer);
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      child.once('close', () => fail('ended'));
      look();
    });
  return { printed: () => printed, prints, ended, stop: () => stopGroup(child) };
}

function stopGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  process.kill(-pid, 'SIGKILL');
}

/** Resolves once somebody listens at a port. */
export async function listens(port: number, program: Running): Promise<void> {
  for (const until = Date.now() + patienceMs; Date.now() < until; ) {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.once('error', () => resolve(false));
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
    });
    if (connected) return;
    await new Promise((resolve) => void setTimeout(resolve, 50));
  }
  throw new Error(`Nobody listens at port ${port}:\n${program.printed()}`);
}

/** A folder for what commands leave behind. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'pollux-example-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
