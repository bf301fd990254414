/**
 * Looks of held polls: whether anything came to queues in which there was nothing. Those of a moment go to Redis together,
 * to each process by one call, which changes nothing: a fraction of what reading costs.
 */

import { addressKey, type QuietQueue, systemClock } from '@pollux/core/server';
import { type BufferContext, callScript } from './context.ts';
import { groupBy } from './group-by.ts';
import type { Bucket } from './keys.ts';
import { isLog, type Logs } from './logs.ts';

/** Milliseconds of real time for which looks are gathered; they are in no hurry. */
const gatherMs = 25;
/** Queues of one call: a script holds up everybody else for as long as it runs. */
const batch = 200;

/** A queue that is looked at, as arguments of the script, and who waits for that. */
interface Looked {
  readonly bucket: Bucket;
  readonly args: readonly [totals: string, suffix: string, epoch: string, last: string];
  settle(isOther: boolean): void;
  fail(error: unknown): void;
}

export interface Looks {
  /** Tells whether any of the queues is another than it was. */
  look(queues: readonly QuietQueue[], keepMs: number): Promise<boolean>;
}

export function createLooks(context: BufferContext, logs: Logs): Looks {
  let waiting: Looked[] = [];

  function flush(): void {
    const byOwner = groupBy(waiting, ({ bucket }) => context.store.ownerOf(bucket));
    waiting = [];
    for (const looked of byOwner.values())
      for (let from = 0; from < looked.length; from += batch) void send(context, looked.slice(from, from + batch));
  }

  function enter(address: string, { application, epoch, last }: QuietQueue): Promise<boolean> {
    const bucket = context.keys.bucketOf(address);
    if (waiting.length === 0) systemClock.setTimeout(flush, gatherMs);
    return new Promise((settle, fail) => {
      waiting.push({ bucket, args: [bucket.totals, `${application}:${address}`, epoch, String(last)], settle, fail });
    });
  }

  return {
    async look(queues, keepMs) {
      const found = await Promise.all(
        queues.map((queue) => {
          const address = addressKey(queue.address);
          return isLog(address) ? logs.isOther(address, queue, keepMs) : enter(address, queue);
        }),
      );
      return found.includes(true);
    },
  };
}

async function send(context: BufferContext, all: readonly Looked[]): Promise<void> {
  const [first] = all;
  if (first === undefined) return;
  try {
    const args = all.flatMap((looked) => looked.args);
    const others = new Set((await callScript(context, 'look', first.bucket, args)) as readonly number[]);
    for (const [index, { settle }] of all.entries()) settle(others.has(index));
  } catch (error) {
    // One of several buckets may have moved to another process: each finds its own.
    const byBucket = groupBy(all, ({ bucket }) => bucket);
    if (byBucket.size > 1) for (const looked of byBucket.values()) void send(context, looked);
    else for (const { fail } of all) fail(error);
  }
}
