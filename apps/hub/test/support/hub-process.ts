/** The hub as a process of its own, made from the sources as they are now. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, vi } from 'vitest';
import { main } from '../../src/main.ts';

const folder = fileURLToPath(new URL('../..', import.meta.url));

/** The command, bundled with the other packages' sources; below this package, so that it finds the same dependencies. */
async function bundle(): Promise<string> {
  const outfile = join(folder, 'test-results', `pollux-hub-${process.pid}.mjs`);
  mkdirSync(join(folder, 'test-results'), { recursive: true });
  await build({
    entryPoints: [join(folder, 'src/cli.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@pollux/source'],
    external: ['@redis/client', 'jose', 'lmdb', 'pino', 'prom-client', 'zod', '@trpc/*'],
    logLevel: 'silent',
  });
  return outfile;
}

let bundled: Promise<string> | undefined;

// Starting a process takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

// At the end of the test file that uses this: a worker's own exit is not always told.
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  if (bundled !== undefined) rmSync(await bundled, { force: true });
});

/** The file to start with Node for `pollux-hub`. */
export function hubCommand(): Promise<string> {
  bundled ??= bundle();
  return bundled;
}

/** How a process ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A line of the log. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A running process. */
export interface HubProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What was written to standard output so far. */
  output(): string;
  /** Waits for a log line with this message. */
  line(msg: string): Promise<LogLine>;
}

/** Starts `pollux-hub` with these arguments; the environment holds nothing but what is given. */
export async function spawnHub(
  args: readonly string[],
  environment: Record<string, string> = {},
  input = '',
): Promise<HubProcess> {
  const child = spawn(process.execPath, [await hubCommand(), ...args], { env: environment, cwd: tmpdir() });
  let out = '';
  let err = '';
  let wake = (): void => {};
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    wake();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  child.stdin.end(input);
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ code, signal, out, err });
      wake();
    });
  });
  const find = (msg: string): LogLine | undefined =>
    out
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogLine)
      .find((line) => line.msg === msg);
  return {
    child,
    ended,
    output: () => out,
    async line(msg) {
      for (;;) {
        const found = find(msg);
        if (found !== undefined) return found;
        if (child.exitCode !== null)
          throw new Error(`The hub ended with ${child.exitCode} before it said ${JSON.stringify(msg)}.\n${out}${err}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Runs a command to its end. */
export async function runHub(args: readonly string[], environment: Record<string, string> = {}, input = ''): Promise<Ended> {
  return (await spawnHub(args, environment, input)).ended;
}

/** Runs a command in this process: the same as `runHub`, for what needs no process of its own. */
export async function runMain(args: readonly string[], environment: Record<string, string> = {}, input = ''): Promise<Ended> {
  let out = '';
  let err = '';
  const code = await main(args, {
    environment,
    out: (line) => {
      out += `${line}\n`;
    },
    err: (line) => {
      err += `${line}\n`;
    },
    readInput: () => Promise.resolve(input),
  });
  return { code, signal: null, out, err };
}

const directory = mkdtempSync(join(tmpdir(), 'pollux-hub-'));
let files = 0;

/** Writes a configuration to a file of its own, which goes with the test file. */
export function configurationFile(configuration: unknown): string {
  const file = join(directory, `${files++}.json`);
  writeFileSync(file, JSON.stringify(configuration), { mode: 0o600 });
  return file;
}

/** A hub that serves, with its addresses. */
export async function serveHub(
  configuration: unknown,
  args: readonly string[] = [],
  environment: Record<string, string> = {},
): Promise<HubProcess & { readonly url: string; readonly admin: string }> {
  const hub = await spawnHub(['serve', '--config', configurationFile(configuration), ...args], environment);
  const { url, console: admin } = await hub.line('serving');
  return Object.assign(hub, { url: String(url), admin: String(admin) });
}
