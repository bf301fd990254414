/** The machine, as far as it matters to numbers: nothing that names it. */
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';

/**
 * @typedef {object} Machine
 * @property {number} cores
 * @property {string} cpu
 * @property {number} memoryGiB
 * @property {string} system
 * @property {string} node
 */

/** @returns {Machine} */
export function describeMachine() {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    system: `${platform()} ${release().split('-')[0]}`,
    node: process.version,
  };
}

/** Processes that wanted to run in the last minute; the benchmark itself makes about 1.5. */
export function machineLoad() {
  return loadavg()[0] ?? 0;
}
