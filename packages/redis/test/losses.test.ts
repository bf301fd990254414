/** Primaries of a cluster that fail in worse ways than by a kill: what is lost is told (G10). */
import { describe, expect, it } from 'vitest';
import { createScripts, script } from '../src/scripts/index.ts';
import { outcomeOf, recipients } from './support/failing-cluster.ts';

const stops = Number(process.env['POLLUX_SOAK_STOPS'] ?? 2);

describe('a cluster of three primaries with a replica each', () => {
  it(`${stops} primaries stopped, which go on later: every loss is told`, { timeout: 1_800_000 }, async () => {
    const { accepted, silent } = await outcomeOf(stops, 'stopped');
    expect(silent).toEqual([]);
    expect(accepted).toBeGreaterThan(recipients.length * stops);
  });

  it('replicas that have not heard of what came last: it is lost, and every loss is told', { timeout: 300_000 }, async () => {
    const { lost, silent } = await outcomeOf(3, 'killed-ahead');
    expect(lost).toBeGreaterThan(0);
    expect(silent).toEqual([]);
  });

  it('without eras the same is lost in silence', { timeout: 300_000 }, async () => {
    const withoutEras: typeof createScripts = (limits) => ({
      ...createScripts(limits),
      begin: script("return redis.call('EXISTS', KEYS[1])"),
    });
    const { silent } = await outcomeOf(2, 'killed-ahead', withoutEras);
    expect(silent.length).toBeGreaterThan(0);
  });
});
