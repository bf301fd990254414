/** A seed is a run: the same one, step by step, however often. */
import { expect, it } from 'vitest';
import { runSeed } from './run.ts';

it('two runs of a seed leave the same record', { timeout: 120_000 }, async () => {
  for (const seed of [1, 2, 3, 101, 2026, 987_654_321]) {
    const first = await runSeed(seed);
    const second = await runSeed(seed);
    expect(second.hash).toBe(first.hash);
    expect(second.steps).toBe(first.steps);
    expect(second.counts).toEqual(first.counts);
  }
});

it('and two seeds do not', { timeout: 120_000 }, async () => {
  const hashes = new Set<string>();
  for (let seed = 1; seed <= 10; seed++) hashes.add((await runSeed(seed)).hash);
  expect(hashes.size).toBe(10);
});

it('is eventful: hundreds of steps, messages accepted and handled', { timeout: 120_000 }, async () => {
  let steps = 0;
  let accepted = 0;
  let handled = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const report = await runSeed(seed);
    steps += report.steps;
    accepted += report.accepted;
    handled += report.handled;
  }
  expect(steps).toBeGreaterThan(20 * 500);
  expect(accepted).toBeGreaterThan(20 * 50);
  expect(handled).toBeGreaterThan(20 * 50);
});
