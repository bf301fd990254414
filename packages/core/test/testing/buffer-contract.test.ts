import { describe, expect, it } from 'vitest';
import { createMemoryBuffer } from '../../src/buffer/memory/memory-buffer.ts';
import { createManualClock, describeMessageBuffer } from '../../src/testing/index.ts';

describeMessageBuffer(
  'memory',
  { describe, expect, it },
  {
    open: ({ limits }) => {
      const clock = createManualClock();
      const buffer = createMemoryBuffer({ limits, clock });
      return { buffer, clockAdvance: clock.advance, [Symbol.asyncDispose]: () => buffer.close() };
    },
    reopen: (_closed, { limits }) => {
      const buffer = createMemoryBuffer({ limits });
      return { buffer, [Symbol.asyncDispose]: () => buffer.close() };
    },
  },
);
