/** How many sequences the models run: `MODEL_RUNS` in the environment, or what an ordinary test run has time for. */
const given = (globalThis as { process?: { env: Record<string, string | undefined> } }).process?.env['MODEL_RUNS'];

export const runs: number = Number(given ?? 5000);
if (!Number.isInteger(runs) || runs < 1) throw new TypeError(`MODEL_RUNS: ${given} is not a whole number of 1 or more.`);
