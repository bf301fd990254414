import { spawn } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { host, portSettings } from '../lib/ports.mjs';

/** Enough for an install without a cache and a first build on a slow machine, in milliseconds. */
const startPatienceMs = 600_000;
const endPatienceMs = 20_000;

/** A server on a free port. @returns {Promise<import('node:net').Server>} */
function listenAnywhere() {
  const server = createServer();
  return new Promise((resolve) => server.listen(0, host, () => resolve(server)));
}

/** Free ports for everything, as environment variables. @returns {Promise<Record<string, string>>} */
export async function freePorts() {
  // All are held until all are known, so that no two are the same.
  const servers = await Promise.all(Object.values(portSettings).map(listenAnywhere));
  const ports = servers.map((server) => /** @type {import('node:net').AddressInfo} */ (server.address()).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return Object.fromEntries(Object.values(portSettings).map(({ variable }, index) => [variable, String(ports[index])]));
}

/** The environment of a newcomer's shell: none of this run's npm settings, no settings of Pollux. */
export function shellEnvironment(extra = {}) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_)|POLLUX_|TURBO_|INIT_CWD|NODE_OPTIONS)/.test(name),
  );
  return { ...Object.fromEntries(kept), ...extra };
}

/**
 * `npm start` in a folder, as a terminal would run it.
 *
 * @param {string} folder
 * @param {Record<string, string>} env
 */
export function npmStart(folder, env) {
  const begun = performance.now();
  let output = '';
  const child = spawn('npm', ['start'], { cwd: folder, env: shellEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  /** @type {Promise<number>} */
  const ended = new Promise((resolve) => child.on('close', (code) => resolve(code ?? -1)));

  return {
    ended,
    output: () => output,
    /** Waits for the guide. @returns {Promise<number>} how long it took, in milliseconds */
    async untilRunning() {
      let over = false;
      void ended.then(() => {
        over = true;
      });
      while (!output.includes('Ctrl-C ends')) {
        if (over) throw new Error(`npm start ended by itself:\n${output}`);
        if (performance.now() - begun > startPatienceMs) throw new Error(`npm start takes too long:\n${output}`);
        await wait(50);
      }
      return performance.now() - begun;
    },
    /** Sends Ctrl-C's signal. @returns {Promise<number | string>} the exit code, or that there was none in time */
    async interrupt() {
      child.kill('SIGINT');
      const code = await Promise.race([ended, wait(endPatienceMs, 'did not end in time', { ref: false })]);
      if (typeof code === 'string') child.kill('SIGKILL');
      return code;
    },
  };
}

/** Processes whose working folder is in this folder, by their numbers; only Linux can tell. @param {string} folder */
export function livingIn(folder) {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && `${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${folder}/`);
    } catch {
      return false; // It ended meanwhile, or is somebody else's.
    }
  });
}
