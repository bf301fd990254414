/**
 * Runs many seeds. `npm test` runs the same two thousand every time; `SEEDS` and `START` in the environment ask for others,
 * and `npm run test:soak` for any number. The seeds are shared out over a few files, so that workers can share them, too.
 */
import { expect, it } from 'vitest';
import { type Kind, kinds } from './faults.ts';
import { type Report, runSeed } from './run.ts';

const environment = (globalThis as { process?: { env: Record<string, string | undefined> } }).process?.env ?? {};

function numberOf(name: string, usual: number): number {
  const number = Number(environment[name] ?? usual);
  if (!Number.isSafeInteger(number) || number < 0) throw new TypeError(`${name}: ${environment[name]} is not a whole number.`);
  return number;
}

const seeds = numberOf('SEEDS', 2000);
const start = numberOf('START', 1);
/** Files that share the seeds. */
const shares = 4;
/** With this many seeds each fault has certainly come about. */
const enough = 400;
/** Milliseconds that one seed may take on a busy machine. */
const patienceMs = 1500;

/** What to do about a seed that failed. */
function describe({ seed, violations, trace }: Report): string {
  const found = violations.map(({ invariant, atMs, text }) => `${invariant} at ${atMs.toFixed(1)} ms: ${text}`);
  const again = `Again, with its record: START=${seed} SEEDS=1 RECORD=1 npx vitest run packages/core/test/simulation/seeds`;
  return [`seed ${seed} breaks`, ...found.slice(0, 5), again, ...trace].join('\n');
}

/** Defines the test of one share, from 0. */
export function testSeeds(share: number): void {
  const last = start + seeds - 1;
  const own = Math.max(0, Math.ceil((seeds - share) / shares));
  it(`keeps every promise in ${own} of the seeds ${start} to ${last}`, { timeout: 60_000 + own * patienceMs }, async () => {
    const counts = new Map<Kind, number>();
    for (let seed = start + share; seed <= last; seed += shares) {
      const report = await runSeed(seed, { trace: environment['RECORD'] !== undefined });
      for (const [kind, count] of report.counts) counts.set(kind, (counts.get(kind) ?? 0) + count);
      if (report.violations.length > 0) expect.fail(describe(report));
    }
    const missing = kinds.filter((kind) => !counts.has(kind));
    if (own >= enough) expect(missing, 'faults and conditions that never came about').toEqual([]);
  });
}
