/** Processes of their own for each server and the load, asked over their channel. */
import { execFileSync, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** @typedef {import('../servers/control.mjs').Order} Order */
/** @typedef {import('../load/main.mjs').LoadOrder} LoadOrder */

/** @typedef {{ cpu: number, rss: number, rssBefore: number, heapUsed: number }} Usage */

/**
 * @template O
 * @typedef {object} Child
 * @property {number} port where it listens, if it does
 * @property {(order: O) => Promise<any>} ask resolves with the order's result
 * @property {() => Promise<void>} stop
 */

/**
 * Keeps a process on a core of its own, where Linux's `taskset` and a second core are there: a server that is moved
 * about, or woken on its load's core, pays for that and not for what is measured.
 */
export function pin(/** @type {number} */ pid, /** @type {number} */ core) {
  if (process.platform !== 'linux' || availableParallelism() < 2) return;
  try {
    execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' });
  } catch {
    // Measured without it, as everywhere else.
  }
}

/**
 * Starts a module as a child process and waits until it is ready.
 *
 * @template O
 * @param {string} module path below `bench/`
 * @param {{ args?: readonly string[], flags?: readonly string[], core?: number }} [options] `flags` are Node's own
 * @returns {Promise<Child<O>>}
 */
export async function startChild(module, { args = [], flags = [], core = 0 } = {}) {
  const path = fileURLToPath(new URL(`../${module}`, import.meta.url));
  const child = fork(path, [...args], { execArgv: [...flags], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  if (child.pid !== undefined) pin(child.pid, core);
  /** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
  const asked = new Map();
  let ids = 0;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const port = await new Promise((resolve, reject) => {
    child.on('message', (/** @type {any} */ message) => {
      if (message.ready) resolve(message.ready.port);
      const waiting = asked.get(message.id);
      asked.delete(message.id);
      if (message.error !== undefined) waiting?.reject(new Error(`${module}: ${message.error}`));
      else waiting?.resolve(message.result);
    });
    child.once('exit', (code) => {
      const error = new Error(`${module} ended with ${code}.`);
      reject(error);
      for (const waiting of asked.values()) waiting.reject(error);
    });
  });
  return {
    port,
    ask: (order) =>
      new Promise((resolve, reject) => {
        const id = ++ids;
        asked.set(id, { resolve, reject });
        child.send({ id, order });
      }),
    stop: async () => {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/** @returns {Promise<Child<LoadOrder>>} */
export function startLoad() {
  return startChild('load/main.mjs', { core: 1 });
}
