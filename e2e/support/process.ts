import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Launch {
  readonly name: string;
  /** What Node is started with, from the project's root. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Answers 200 when it is ready. */
  readonly health: string;
}

/** A process of the project that runs. */
export interface Running extends AsyncDisposable {
  readonly name: string;
  /** Everything it printed. */
  readonly output: () => string;
  /** Ends it in order; rejects where it did not end by itself with 0. */
  stop(): Promise<void>;
  /** Ends it without a word. */
  kill(): Promise<void>;
}

// Whatever ends a test run, nothing that it started outlives it.
const alive = new Set<ChildProcess>();
process.on('exit', () => alive.forEach((child) => void child.kill('SIGKILL')));

// Generous: a machine that does other work meanwhile must not fail what works.
const readyMs = 60_000;
const patienceMs = 10_000;

/** Starts a process and waits until it is ready; rejects with its output where it is not to be. */
export async function startProcess(launch: Launch): Promise<Running> {
  const child = spawn(process.execPath, launch.args, { cwd: root, env: { PATH: process.env['PATH'] ?? '', ...launch.env } });
  alive.add(child);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve())).finally(() => alive.delete(child));

  async function stop(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const insist = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    await ended;
    clearTimeout(insist);
    if (child.exitCode !== 0) throw new Error(`${launch.name} did not end in order (${howItEnded(child)}):\n${printed}`);
  }

  try {
    await untilReady(launch, child);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`${launch.name}: ${error instanceof Error ? error.message : String(error)}\n${printed}`);
  }
  return {
    name: launch.name,
    output: () => printed,
    stop,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function untilReady(launch: Launch, child: ChildProcess): Promise<void> {
  for (const end = Date.now() + readyMs; Date.now() < end; ) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it ended (${howItEnded(child)})`);
    const response = await fetch(launch.health).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${launch.health} did not answer within ${readyMs / 1000} s`);
}

function howItEnded(child: ChildProcess): string {
  return child.signalCode ?? `exit ${child.exitCode}`;
}
