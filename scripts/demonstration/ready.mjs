import { setTimeout as wait } from 'node:timers/promises';

/** How long a process may take until it answers, in milliseconds. */
const patienceMs = 30_000;

/**
 * Waits until a process answers with success.
 *
 * @param {{ readonly name: string, readonly health: string }} who
 * @param {AbortSignal} signal ends the waiting
 */
export async function untilReady({ name, health }, signal) {
  const end = Date.now() + patienceMs;
  for (;;) {
    try {
      const response = await fetch(health, { signal: AbortSignal.any([signal, AbortSignal.timeout(2000)]) });
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    signal.throwIfAborted();
    if (Date.now() > end) throw new Error(`${name} does not answer at ${health} after ${patienceMs / 1000} s.`);
    await wait(40, undefined, { signal });
  }
}
