import { describe, expect, it } from 'vitest';
import { createMemoryBuffer } from '../../src/buffer/memory/memory-buffer.ts';
import type { MessageBuffer } from '../../src/buffer/message-buffer.ts';
import { defaultLimits } from '../../src/protocol/limits.ts';
import { createCollectingRunner, createManualClock, describeMessageBuffer } from '../../src/testing/index.ts';
import { freeingMutants, portMutants } from './mutants/freeing-mutants.ts';
import type { BufferMutant } from './mutants/mutant.ts';
import { readingMutants } from './mutants/reading-mutants.ts';
import { caseOf, report } from './mutants/report.ts';
import { storingMutants } from './mutants/storing-mutants.ts';

type Make = (limits: Partial<typeof defaultLimits>) => {
  readonly buffer: MessageBuffer;
  clockAdvance(ms: number): Promise<void>;
};

function sound(wrap: BufferMutant['wrap'] = (buffer) => buffer): Make {
  return (limits) => {
    const clock = createManualClock();
    return { buffer: wrap(createMemoryBuffer({ limits, clock }), { clock }), clockAdvance: clock.advance };
  };
}

async function runWith(make: Make, breaks?: readonly string[]): Promise<readonly string[]> {
  const runner = createCollectingRunner();
  describeMessageBuffer('mutant', runner, {
    open: ({ limits }) => {
      const { buffer, clockAdvance } = make(limits);
      return { buffer, clockAdvance, [Symbol.asyncDispose]: async () => undefined };
    },
  });
  const filter = (name: string): boolean => breaks === undefined || breaks.includes(caseOf(name).clause);
  const results = await runner.run({ bail: breaks !== undefined, timeoutMs: breaks === undefined ? 5000 : 400, filter });
  return results.filter(({ error }) => error !== undefined).map(({ name }) => name);
}

/** Bounds that a buffer ignores: it is opened with the default instead. */
const ignored = (['queueMessages', 'queueBytes', 'addressBytes', 'bufferBytes', 'stubSeconds', 'keySeconds'] as const).map(
  (name) => ({
    name: `ignores ${name}`,
    breaks: ['9.8', '6.6', '9.6'],
    make: ((limits) => sound()({ ...limits, [name]: defaultLimits[name] })) satisfies Make as Make,
  }),
);

const mutants = [
  ...[...readingMutants, ...storingMutants, ...freeingMutants, ...portMutants].map(({ name, breaks, wrap }) => ({
    name,
    breaks,
    make: sound(wrap),
  })),
  ...ignored,
];

describe('the message buffer contract has teeth', () => {
  const caught = report('message buffer contract');

  it('passes a sound buffer', { timeout: 60_000 }, async () => {
    expect(await runWith(sound())).toEqual([]);
  });

  for (const { name, breaks, make } of mutants) {
    it(`catches a buffer that ${name}`, { timeout: 30_000 }, async () => {
      const [first] = await runWith(make, breaks);
      caught.note(name, first);
      expect(first).toBeDefined();
    });
  }

  it('tells what caught what', () => {
    caught.print();
    expect(caught.count).toBe(mutants.length);
  });
});
