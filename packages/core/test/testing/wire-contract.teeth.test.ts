import { describe, expect, it } from 'vitest';
import { createMemoryBuffer } from '../../src/buffer/memory/memory-buffer.ts';
import { createCollectingRunner, describeWire, openLoopbackPeer } from '../../src/testing/index.ts';
import { eventMutants } from './mutants/event-mutants.ts';
import { freeingMutants } from './mutants/freeing-mutants.ts';
import { boundMutants, httpMutants } from './mutants/http-mutants.ts';
import { readingMutants } from './mutants/reading-mutants.ts';
import { caseOf, report } from './mutants/report.ts';
import { serverMutants } from './mutants/server-mutants.ts';
import { sessionMutants } from './mutants/session-mutants.ts';
import { storingMutants } from './mutants/storing-mutants.ts';
import { streamMutants } from './mutants/stream-mutants.ts';
import type { WireMutant } from './mutants/wire-mutant.ts';

/** Faults of a buffer that the HTTP face does not show: the server bounds answers itself, for one. */
const hidden: ReadonlySet<string> = new Set(['ignores maxBytes']);

const fromBuffer = [...readingMutants, ...storingMutants, ...freeingMutants]
  .filter(({ name }) => !hidden.has(name))
  .map(({ name, breaks, wrap }): WireMutant => {
    return { name, breaks, parts: { buffer: ({ limits }, clock) => wrap(createMemoryBuffer({ limits, clock }), { clock }) } };
  });

const mutants: readonly WireMutant[] = [
  ...fromBuffer,
  ...sessionMutants,
  ...serverMutants,
  ...streamMutants,
  ...httpMutants,
  ...boundMutants,
  ...eventMutants,
];

async function runWith(mutant?: WireMutant, cases: 'all' | 'core' = 'all'): Promise<readonly string[]> {
  const runner = createCollectingRunner();
  describeWire('mutant', runner, {
    open: (options) => {
      const peer = openLoopbackPeer(mutant?.options?.(options) ?? options, mutant?.parts);
      // A broken peer need not end in an orderly way; what is left of it goes with the test.
      return mutant === undefined ? peer : { ...peer, [Symbol.asyncDispose]: async () => undefined };
    },
    capabilities: { raw: true },
    cases,
  });
  const filter = (name: string): boolean => mutant === undefined || mutant.breaks.includes(caseOf(name).clause);
  const results = await runner.run({ bail: mutant !== undefined, timeoutMs: mutant === undefined ? 5000 : 400, filter });
  return results.filter(({ error }) => error !== undefined).map(({ name }) => name);
}

describe('the wire contract has teeth', () => {
  const caught = report('wire contract');

  it('passes a sound peer', { timeout: 60_000 }, async () => {
    expect(await runWith()).toEqual([]);
  });

  for (const mutant of mutants) {
    it(`catches a peer that ${mutant.name}`, { timeout: 30_000 }, async () => {
      const [first] = await runWith(mutant);
      caught.note(mutant.name, first);
      expect(first).toBeDefined();
    });
  }

  it('tells what caught what', () => {
    caught.print();
    expect(caught.count).toBe(mutants.length);
  });
});

/** Of those above. It falls where a case leaves the core that alone found a fault; it may rise. */
const leastCaughtByCore = 86;

it(`the core of the wire contract catches ${leastCaughtByCore} of them at least`, { timeout: 120_000 }, async () => {
  const missed: string[] = [];
  for (const mutant of mutants) if ((await runWith(mutant, 'core')).length === 0) missed.push(mutant.name);
  expect(mutants.length - missed.length, `missed: ${missed.join(', ')}`).toBeGreaterThanOrEqual(leastCaughtByCore);
});
