/** The in-memory buffer against the reference: thousands of random lives, each shrunk to its shortest where they differ. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createMemoryBuffer } from '../../src/buffer/memory/memory-buffer.ts';
import type { Limits } from '../../src/protocol/limits.ts';
import { commands } from './commands.ts';
import { runs } from './runs.ts';
import { drain, openScene } from './scene.ts';

/** Small bounds, so that every one is met; one set is drawn for each run. */
const bounds: fc.Arbitrary<Partial<Limits>> = fc.record({
  queueMessages: fc.constantFrom(2, 5, 20),
  queueBytes: fc.constantFrom(500, 1200, 10_000),
  stubSeconds: fc.constantFrom(20, 3600),
  keySeconds: fc.constantFrom(10, 3600),
  ttlSeconds: fc.constant(3600),
});

/** What the commands have to bring about, or they would show little. */
const everything = [
  ...[
    'acknowledged',
    'collapsed',
    'conflict',
    'duplicate',
    'expired',
    'freed',
    'full',
    'more',
    'overflow',
    'parked',
    'purged',
    'reset',
  ],
  'stored',
];

it(`behaves as the reference in ${runs} command sequences`, { timeout: 120_000 }, () => {
  const seen = new Set<string>();
  const sequences = fc.commands(commands, { maxCommands: 100, size: 'max' });
  const property = fc.property(bounds, sequences, (limits, sequence) => {
    const scene = openScene(createMemoryBuffer, limits, seen);
    fc.modelRun(() => ({ model: {}, real: scene }), sequence);
    drain(scene);
  });
  fc.assert(property, { numRuns: runs });
  if (runs >= 1000) expect([...seen].sort()).toEqual(everything);
});
