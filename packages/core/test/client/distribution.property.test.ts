/** Whatever a server does, in whatever order: each message is handled once, in order, and only the handled is acknowledged. */
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createServerModel, type Name, names } from './server-model.ts';

const name = fc.constantFrom(...names);

/** What the server does with the open poll, or the world with the client. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('publish' as const), name, count: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      most: fc.integer({ min: 0, max: 4 }),
      repeat: fc.integer({ min: 0, max: 3 }),
    }),
  },
  fc.record({ kind: fc.constantFrom('empty' as const, 'fail' as const, 'supersede' as const, 'garble' as const) }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(0, 7, 400, 1100, 21_000) }) },
  fc.record({ kind: fc.constant('leave' as const), name }),
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('look' as const), state: fc.constantFrom('visible' as const, 'hidden' as const) }),
  },
);

/** How handlers behave, by turns. */
const manner = fc.constantFrom('sync' as const, 'prompt' as const, 'slow' as const, 'fails-once' as const);

afterEach(() => vi.unstubAllGlobals());

describe('distribution', () => {
  it('handles each message once and in order, and acknowledges the handled prefix only', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.array(manner, { minLength: 1, maxLength: 7 }),
        async (steps, manners) => {
          const model = createServerModel(manners);
          for (const taken of steps) await model.take(taken);
          await model.drain();
          for (const each of names) {
            const all = Array.from({ length: model.published[each] }, (_, index) => index + 1);
            expect(model.handled[each as Name]).toEqual(all);
          }
          expect(model.isComplete()).toBe(true);
          expect(await model.timersLeftAfterClose()).toBe(0);
        },
      ),
      {
        numRuns: 150,
        examples: [
          // Found once in some thousand runs: an application left and came again while its first message was being handled.
          [
            [
              { kind: 'publish', name: 'calls', count: 1 },
              { kind: 'wait', ms: 0 },
              { kind: 'answer', most: 1, repeat: 0 },
              { kind: 'leave', name: 'calls' },
              { kind: 'wait', ms: 1100 },
            ],
            ['slow'],
          ],
        ],
      },
    );
  });
});
