/** A store that takes its time, and fails now and then: before it did what it was asked, or after. */
import type { MaybePromise, MessageBuffer } from '../../src/buffer/message-buffer.ts';
import { CommunicationError, problem } from '../../src/protocol/problem.ts';
import type { ActorClock } from './virtual-time.ts';
import type { World } from './world.ts';

/** How often an operation fails while the world is stormy. */
const failureRate = 0.02;

/** How old may be what a server knows of a slow store, in milliseconds; 0 for one that answers at once. */
export function slackMs({ settings: { storeMs } }: World): number {
  // A poll may ask four times in a row, each taking up to twice that: for what failed, to park it, and to read.
  return storeMs === 0 ? 0 : storeMs * 8 + 1;
}

export function slowDown(world: World, buffer: MessageBuffer, clock: ActorClock): MessageBuffer {
  const { storeMs } = world.settings;
  let freeAtMs = 0;

  /** Operations are done in the order in which they were asked for, each some time later. */
  const slow = <T>(operation: () => MaybePromise<T>, doubt?: (result: Awaited<T>) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      const nowMs = clock.monotonic();
      freeAtMs = Math.max(freeAtMs, nowMs + world.random.next() * storeMs);
      const fails = world.isStormy && world.random.chance(failureRate);
      const after = fails && world.random.chance(0.5);
      if (fails) world.count(after ? 'store-failed-afterwards' : 'store-failed');
      const failure = new CommunicationError(problem('buffer-unavailable', { detail: 'The store is out of reach.' }));
      clock.setTimeout(() => {
        if (fails && !after) return reject(failure);
        const result = operation();
        if (fails) doubt?.(result as Awaited<T>);
        clock.setTimeout(() => (fails ? reject(failure) : resolve(result)), world.random.next() * storeMs);
      }, freeAtMs - nowMs);
    });

  return {
    ...buffer,
    append: (entries) =>
      slow(
        () => buffer.append(entries),
        (outcomes) => {
          for (const outcome of outcomes) if (outcome.kind === 'stored') world.ledger.doubt(outcome.id);
        },
      ),
    exchange: (request) => {
      // What is asked for is written down now: the server goes on using its own objects.
      const queues = request.queues.map((queue) => ({ ...queue }));
      return slow(() => buffer.exchange({ ...request, queues }));
    },
    forget: (session, queues) => slow(() => buffer.forget(session, queues)),
    find: (id) => slow(() => buffer.find(id)),
    take: (id, how) => slow(() => buffer.take(id, how)),
    erase: (address, application) => slow(() => buffer.erase(address, application)),
  };
}
