import { endAll, killAll, startChild } from '../lib/children.mjs';
import { tints } from '../lib/say.mjs';
import { untilReady } from './ready.mjs';

/**
 * Starts the demonstration's processes and watches over them.
 *
 * @param {{ verbose: boolean }} options `verbose`: show every line that they print
 */
export function createCrew({ verbose }) {
  /** @type {import('../lib/children.mjs').Child[]} */
  const children = [];
  const stopped = new AbortController();
  /** @type {(reason: string) => void} */
  let reportDeath = () => {};

  /** Resolves, with what happened and the last lines, when a process ends that nobody asked to. @type {Promise<string>} */
  const died = new Promise((resolve) => {
    reportDeath = resolve;
  });

  /** @param {import('./processes.mjs').Plan} plan */
  function launch({ name, args, env }) {
    const child = startChild({ name, args, env, tint: tints[children.length % tints.length] ?? String, verbose });
    children.push(child);
    void child.ended.then((how) => {
      const lines = child.last.map((line) => `  ${line}`).join('\n');
      if (!stopped.signal.aborted) reportDeath(`${name} ${how}. Its last lines:\n${lines || '  (none)'}`);
    });
  }

  /** Starts all and waits until each answers. @param {readonly import('./processes.mjs').Plan[]} plans */
  async function start(plans) {
    const [first, ...others] = plans;
    if (first === undefined) return;
    // The hub first, so that no application server meets a closed door and waits.
    launch(first);
    await untilReady(first, stopped.signal);
    for (const plan of others) launch(plan);
    await Promise.all(others.map((plan) => untilReady(plan, stopped.signal)));
  }

  /** Ends all in order, and says who had to be killed. */
  function stop() {
    stopped.abort();
    return endAll(children);
  }

  // Whatever breaks this process, nothing that it started outlives it.
  process.on('exit', () => killAll(children));

  return { start, stop, died };
}
