/** Servers on other runtimes: bundled to one file, started as their users start them, asked over HTTP. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { pin } from './child.mjs';

/** @typedef {'node' | 'deno' | 'bun' | 'workerd'} Runtime */
/** @typedef {import('../servers/control.mjs').Order} Order */

const here = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const installed = (/** @type {string} */ name) => here(`../node_modules/.bin/${name}`);
/** Milliseconds that a program gets to listen. */
const startMs = 60_000;
/** Clock ticks in which the kernel tells CPU time: USER_HZ, 100 on every Linux that Node.js runs on. */
const ticksPerSecond = 100;

/** Microseconds of CPU and bytes of memory of a process, as the kernel counts them. */
function usageOfProcess(/** @type {number} */ pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
  const rss = pages * 4096;
  return { cpu: ((Number(fields[11]) + Number(fields[12])) * 1e6) / ticksPerSecond, rss, rssBefore: rss, heapUsed: 0 };
}

/** What to run in the folder of the bundle. @returns {readonly [command: string, ...args: string[]]} */
function commandOf(/** @type {Runtime} */ runtime, /** @type {string} */ folder, /** @type {string} */ kind) {
  const file = join(folder, 'server.mjs');
  switch (runtime) {
    case 'node':
      return [process.execPath, file, kind];
    case 'deno':
      return [installed('deno'), 'run', '--allow-net=127.0.0.1', '--no-check', file, kind];
    case 'bun':
      return [installed('bun'), file, kind];
    case 'workerd': {
      const configuration = readFileSync(here('runtimes/worker.capnp'), 'utf8').replace('@KIND@', kind);
      writeFileSync(join(folder, 'worker.capnp'), configuration);
      return [installed('workerd'), 'serve', join(folder, 'worker.capnp'), '--experimental', '--control-fd=1'];
    }
  }
}

async function bundle(/** @type {Runtime} */ runtime, /** @type {string} */ folder) {
  const isWorker = runtime === 'workerd';
  await build({
    logLevel: 'error',
    entryPoints: [here(`runtimes/${isWorker ? 'worker' : runtime}.mjs`)],
    outfile: join(folder, isWorker ? 'worker.js' : 'server.mjs'),
    bundle: true,
    format: 'esm',
    platform: runtime === 'node' ? 'node' : 'neutral',
  });
}

/** The process that really serves: the packages of deno and bun put a starter before it. */
function serving(/** @type {number} */ pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ');
  return children[0] ? Number(children[0]) : pid;
}

/**
 * Starts a server program and waits until it listens.
 *
 * @param {Runtime} runtime
 * @param {'hello' | 'product'} kind
 * @returns {Promise<import('./child.mjs').Child<Order>>}
 */
export async function startProgram(runtime, kind) {
  const folder = mkdtempSync(join(tmpdir(), 'pollux-bench-'));
  await bundle(runtime, folder);
  const [command, ...args] = commandOf(runtime, folder, kind);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
  let printed = '';
  const ended = new Promise((resolve) => child.once('close', resolve));
  const port = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${runtime} did not listen in time:\n${printed}`)), startMs);
    const read = (/** @type {Buffer} */ chunk) => {
      printed += chunk.toString();
      const found = /port"?[: ](\d+)/.exec(printed)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(Number(found));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('close', (code) => reject(new Error(`${runtime} ended with ${code}:\n${printed}`)));
  });
  const pid = serving(child.pid ?? 0);
  pin(pid, 0);
  return {
    port,
    ask: async (order) => {
      if (order.op === 'usage') return usageOfProcess(pid);
      const response = await fetch(`http://127.0.0.1:${port}/orders`, { method: 'POST', body: JSON.stringify(order) });
      if (!response.ok) throw new Error(`${runtime} refused an order: ${response.status} ${await response.text()}`);
      return undefined;
    },
    stop: async () => {
      process.kill(pid, 'SIGKILL');
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
