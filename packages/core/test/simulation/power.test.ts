/** The checks have teeth: each of these bugs is caught within a few seeds, under a name that fits it. */
import { describe, expect, it } from 'vitest';
import { runSeed } from './run.ts';
import { bugs } from './sabotages.ts';
import { createSeededRandom } from './seeded-random.ts';
import { drawSettings, type Settings } from './settings.ts';

const mostSeeds = 25;

/** Lively worlds, so that few seeds are needed. */
function settingsOf(seed: number): Settings {
  const drawn = drawSettings(createSeededRandom(seed));
  const inbox = { fetchTargets: ['http://apps.test'], retain: 'ttl', overflow: 'drop-oldest' } as const;
  return {
    ...drawn,
    applications: { ...drawn.applications, inbox },
    recipients: ['alice', 'a:b'],
    faultRate: 0.1,
    handlerFaultRate: 0.1,
    troubleMs: 3000,
    publishMs: 500,
  };
}

describe('every bug that is built in is caught', () => {
  it('and nothing where there is none', { timeout: 120_000 }, async () => {
    for (let seed = 1; seed <= 10; seed++) expect((await runSeed(seed, { settings: settingsOf(seed) })).violations).toEqual([]);
  });

  for (const { name, breaks, sabotage } of bugs) {
    it(name, { timeout: 120_000 }, async () => {
      let found: string | undefined;
      let seeds = 0;
      while (found === undefined && seeds < mostSeeds) {
        const settings = settingsOf(++seeds);
        const { violations } = await runSeed(seeds, { settings, sabotage: sabotage(settings) });
        found = violations[0]?.invariant;
      }
      expect(breaks, `caught as ${found} after ${seeds} seeds`).toContain(found);
    });
  }
});
