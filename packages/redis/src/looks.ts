/**
 * Looks of held polls: whether anything came to queues in which there was nothing. Those of a moment go to Redis together,
 * of one bucket by one call, which changes nothing: a fraction of what reading costs.
 */

import { addressKey, type QuietQueue } from '@pollux/core/server';
import { type BufferContext, callScript } from './context.ts';
import type { Bucket } from './keys.ts';
import { isLog, type Logs } from './logs.ts';

/** Milliseconds for which looks are gathered; they are in no hurry. */
const gatherMs = 25;
/** Queues of one call: a script holds up everybody else for as long as it runs. */
const batch = 200;

/** A queue that is looked at, as arguments of the script, and who waits for that. */
interface Looked {
  readonly args: readonly [suffix: string, epoch: string, last: string];
  settle(isOther: boolean): void;
  fail(error: unknown): void;
}

export interface Looks {
  /** Tells whether any of the queues is another than it was. */
  look(queues: readonly QuietQueue[], keepMs: number): Promise<boolean>;
}

export function createLooks(context: BufferContext, logs: Logs): Looks {
  const waiting = new Map<Bucket, Looked[]>();

  function flush(): void {
    const all = [...waiting];
    waiting.clear();
    for (const [bucket, looked] of all)
      for (let from = 0; from < looked.length; from += batch) void send(context, bucket, looked.slice(from, from + batch));
  }

  function enter(address: string, { application, epoch, last }: QuietQueue): Promise<boolean> {
    const bucket = context.keys.bucketOf(address);
    if (waiting.size === 0) context.clock.setTimeout(flush, gatherMs);
    return new Promise((settle, fail) => {
      const looked: Looked = { args: [`${application}:${address}`, epoch, String(last)], settle, fail };
      const known = waiting.get(bucket);
      if (known === undefined) waiting.set(bucket, [looked]);
      else known.push(looked);
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

async function send(context: BufferContext, bucket: Bucket, all: readonly Looked[]): Promise<void> {
  try {
    const args = all.flatMap((looked) => looked.args);
    const others = new Set((await callScript(context, 'look', bucket, args)) as readonly number[]);
    for (const [index, { settle }] of all.entries()) settle(others.has(index));
  } catch (error) {
    for (const { fail } of all) fail(error);
  }
}
