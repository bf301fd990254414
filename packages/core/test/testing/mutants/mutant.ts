/** Deliberately broken parts, and how a suite is shown to catch them. */
import type { QueueSummary } from '../../../src/buffer/inspection.ts';
import type {
  AppendEntry,
  MaybePromise,
  MessageBuffer,
  QueueExchange,
  QueueReading,
} from '../../../src/buffer/message-buffer.ts';
import type { ManualClock } from '../../../src/testing/index.ts';

/** What a broken buffer gets beside the sound one that it is made from. */
export interface Surroundings {
  readonly clock: ManualClock;
}

/** One fault of a message buffer. */
export interface BufferMutant {
  readonly name: string;
  /** Clauses that it breaks: their cases alone have to catch it. */
  readonly breaks: readonly string[];
  readonly wrap: (buffer: MessageBuffer, surroundings: Surroundings) => MessageBuffer;
}

/** What an in-memory buffer answers comes at once. */
export function now<T>(value: MaybePromise<T>): T {
  return value as T;
}

/** A buffer that changes what is stored. */
export function storing(buffer: MessageBuffer, change: (entry: AppendEntry) => AppendEntry): MessageBuffer {
  return { ...buffer, append: (entries, signal) => buffer.append(entries.map(change), signal) };
}

/** A buffer that changes what is asked. */
export function asking(buffer: MessageBuffer, change: (asked: QueueExchange, session: string) => QueueExchange): MessageBuffer {
  return {
    ...buffer,
    exchange: (request, signal) =>
      buffer.exchange({ ...request, queues: request.queues.map((asked) => change(asked, request.session)) }, signal),
  };
}

/** A buffer that changes what is read. */
export function reading(
  buffer: MessageBuffer,
  change: (found: QueueReading, asked: QueueExchange, session: string) => QueueReading,
): MessageBuffer {
  return {
    ...buffer,
    exchange: (request, signal) => {
      const found = now(buffer.exchange(request, signal));
      return found.map((one, index) => {
        const asked = request.queues[index];
        return asked === undefined ? one : change(one, asked, request.session);
      });
    },
  };
}

/** A queue as it stands. */
export function lifeOf(buffer: MessageBuffer, asked: QueueExchange): QueueSummary | undefined {
  return now(buffer.inspect.queues(asked.address)).find((queue) => queue.application === asked.application);
}
