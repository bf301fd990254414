/** Primaries of a cluster are killed under load: what may be lost is told, and nothing is lost in silence (G10). */
import { expect, it } from 'vitest';
import { outcomeOf, recipients } from './support/failing-cluster.ts';

const kills = Number(process.env['POLLUX_SOAK_FAILOVERS'] ?? 10);

it(`${kills} primaries killed under load: every loss is told`, { timeout: 1_800_000 }, async () => {
  const { accepted, silent } = await outcomeOf(kills, 'killed');
  expect(silent).toEqual([]);
  expect(accepted).toBeGreaterThan(recipients.length * kills);
});
