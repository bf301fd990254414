/** Looks after what is due although nobody touches it: expiry, old keys, stubs whose time is over. */
import { type BufferContext, bytesBeside, callWhole } from './context.ts';
import type { Bucket } from './keys.ts';
import { sweepBatch } from './scripts/taking.ts';

/** Milliseconds between two turns. */
const sweepMs = 1000;
/** Begins to sweep, every second. */
export function startSweeping(context: BufferContext): { stop(): void } {
  const { keys, clock, bytes } = context;
  let isStopped = false;

  async function sweep(bucket: Bucket): Promise<void> {
    for (let looked = sweepBatch; looked === sweepBatch && !isStopped; ) {
      const [, count, held] = await callWhole(context, 'sweep', bucket, [String(bytesBeside(context, bucket))]);
      looked = Number(count);
      bytes[bucket.index] = Number(held);
    }
  }

  function turn(): void {
    // While there is no connection nothing is missed: what has expired is taken out when it is touched, too.
    for (const bucket of keys.buckets) void sweep(bucket).catch(() => undefined);
    timer = clock.setTimeout(turn, sweepMs);
  }

  let timer = clock.setTimeout(turn, sweepMs);
  return {
    stop() {
      isStopped = true;
      timer.clear();
    },
  };
}
