/** Every scenario runs against every server of its own, in a size that says nothing: what is measured is measured. */
import { describe, expect, it, vi } from 'vitest';
import { measure, type Scenario } from '../harness/scenario.mjs';
import { summarise } from '../harness/summary.mjs';
import { scenarios } from '../scenarios/index.mjs';

vi.setConfig({ testTimeout: 120_000 });

/** The peers are others' packages: one scenario with them is enough. */
const peers = new Set(['socket.io', 'socket.io-ack', 'sockjs', 'cometd', 'faye']);

/** Of `each` nothing is taken away: only at its bound does a queue free what the sessions of earlier rounds hold. */
const tiny: Readonly<Record<string, number>> = {
  clients: 20,
  rate: 500,
  warmup: 40,
  messages: 100,
  rounds: 2,
  warmupMs: 100,
  measuredMs: 200,
  recipients: 10,
};

function small(scenario: Scenario): Scenario {
  const quick = Object.fromEntries(
    Object.entries(scenario.sizes.quick).map(([name, size]) => [name, Math.min(size, tiny[name] ?? size)]),
  );
  return { ...scenario, sizes: { ...scenario.sizes, quick } };
}

describe.each(scenarios.filter(({ id }) => id !== 'flood' && id !== 'queued'))('$id', (scenario) => {
  it.each(scenario.contenders.filter((name) => scenario.id === 'delivery' || !peers.has(name)))('measures %s', async (name) => {
    const { value } = await measure(small(scenario), name, { quick: true, flags: [] });
    // So few held polls may even take less memory than was given back meanwhile.
    if (scenario.id === 'held') expect(Number.isFinite(value)).toBe(true);
    else expect(value).toBeGreaterThan(0);
    expect(value).toBeLessThan(1e7);
  });
});

it('a target that is missed is called missed, and one that is kept kept', () => {
  const [scenario] = scenarios;
  if (scenario === undefined) throw new Error('There is no scenario.');
  const verdict = (pollux: number): unknown =>
    summarise(
      scenario,
      true,
      new Map([
        ['floor', [{ value: 100 }]],
        ['pollux', [{ value: pollux }]],
      ]),
    ).contenders.at(-1)?.kept;
  expect([verdict(129), verdict(131)]).toEqual([true, false]);
});
