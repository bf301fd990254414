/** How a Redis buffer is given to the message buffer contract: each under a prefix of its own, opened again and joined by it. */
import type { MessageBuffer } from '@pollux/core/server';
import {
  type BufferContractOptions,
  createCollectingRunner,
  createManualClock,
  describeMessageBuffer,
  type OpenBuffer,
} from '@pollux/core/testing';
import type { RedisBufferOptions } from '../../src/index.ts';

type ManualClock = ReturnType<typeof createManualClock>;
type Open = (options: Pick<RedisBufferOptions, 'prefix' | 'limits' | 'clock'>) => Promise<MessageBuffer>;

let buffers = 0;

/** The contract's options; without a clock it sleeps while Redis's own goes on. */
export function contractOptions(
  openBuffer: Open,
  createClock: () => ManualClock | undefined = createManualClock,
): BufferContractOptions {
  const opened = new WeakMap<MessageBuffer, { readonly prefix: string; readonly clock: ManualClock | undefined }>();

  async function open(prefix: string, limits: object, clock: ManualClock | undefined): Promise<OpenBuffer> {
    const buffer = await openBuffer({ prefix, limits, ...(clock === undefined ? {} : { clock }) });
    opened.set(buffer, { prefix, clock });
    return {
      buffer,
      ...(clock === undefined ? {} : { clockAdvance: clock.advance }),
      [Symbol.asyncDispose]: () => buffer.close(),
    };
  }

  /** The same store, as the buffer found it that was opened before. */
  function openAgain(buffer: MessageBuffer, limits: object): Promise<OpenBuffer> {
    const found = opened.get(buffer);
    if (found === undefined) throw new Error('this buffer was not opened here');
    return open(found.prefix, limits, found.clock);
  }

  return {
    open: ({ limits }) => open(`pollux:${buffers++}:`, limits, createClock()),
    reopen: (closed, { limits }) => openAgain(closed, limits),
    join: (running, { limits }) => openAgain(running, limits),
  };
}

/** The cases of the contract that fail, of those whose titles have `only` in them; the first alone where `bail`. */
export async function failingCases(
  openBuffer: Open,
  { bail = false, only = '' }: { readonly bail?: boolean; readonly only?: string } = {},
): Promise<readonly string[]> {
  const runner = createCollectingRunner();
  // Between two whole seconds: what expires is met by a reader before a sweep has come.
  describeMessageBuffer(
    'collected',
    runner,
    contractOptions(openBuffer, () => createManualClock(1_700_000_000_500)),
  );
  const results = await runner.run({ bail, timeoutMs: 20_000, filter: (name) => name.includes(only) });
  return results.filter(({ error }) => error !== undefined).map(({ name, error }) => `${name}: ${error}`);
}
