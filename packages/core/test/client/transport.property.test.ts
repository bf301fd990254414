import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutsInARow, retryTransportMs } from '../../src/client/bounds.ts';
import { afterPassage, freshTransport, type Passage, type Rung, rungAt, type Transport } from '../../src/client/transport.ts';

const top = fc.constantFrom<Rung>(0, 1, 2);
const step = fc.record({ passage: fc.constantFrom<Passage>('well', 'cut', 'silent'), ms: fc.integer({ min: 0, max: 300_000 }) });

/** A rung is left one at a time, at once for silence, and never for fewer cuts than it takes. */
function checkStep(used: Rung, next: Rung, passage: Passage, cuts: number): void {
  if (passage === 'well') expect(next).toBe(used);
  if (passage === 'silent') expect(next).toBe(Math.min(2, used + 1));
  expect(next - used).toBeLessThanOrEqual(1);
  if (next > used && passage === 'cut') expect(cuts).toBeGreaterThanOrEqual(cutsInARow);
}

describe('the choice of a transport', () => {
  it('never goes above what is asked for, falls only for a reason, and tries the best again in time', () => {
    fc.assert(
      fc.property(top, fc.array(step, { maxLength: 60 }), (asked, steps) => {
        let transport: Transport = freshTransport;
        let nowMs = 0;
        let cuts = 0;
        for (const { passage, ms } of steps) {
          nowMs += ms;
          const used = rungAt(transport, asked, nowMs);
          transport = afterPassage(Object.freeze({ ...transport }), used, passage, nowMs);
          const next = rungAt(transport, asked, nowMs);
          if (used < 2) cuts = passage === 'well' ? 0 : cuts + 1;
          checkStep(used, next, passage, cuts);
          expect(used).toBeGreaterThanOrEqual(asked);
          expect(rungAt(transport, asked, nowMs + retryTransportMs)).toBe(asked);
          if (next > used) cuts = 0;
        }
      }),
    );
  });

  it('falls from a stream to long polls to short polls where each is cut in turn', () => {
    let transport = freshTransport;
    const rungs: Rung[] = [];
    for (let times = 0; times < 2 * cutsInARow + 1; times++) {
      rungs.push(rungAt(transport, 0, 1000));
      transport = afterPassage(transport, rungAt(transport, 0, 1000), 'cut', 1000);
    }
    expect(rungs).toEqual([0, 0, 0, 1, 1, 1, 2]);
  });
});
