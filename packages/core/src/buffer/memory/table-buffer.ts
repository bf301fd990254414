/** The message buffer over a table: every operation answers at once. */
import { parseMessageId } from '../../protocol/cursor.ts';
import type { Clock, Timer } from '../../protocol/environment.ts';
import { CommunicationError, problem } from '../../protocol/problem.ts';
import type { ExchangeRequest, MessageBuffer, QueueExchange, QueueReading } from '../message-buffer.ts';
import { appendOne } from './append.ts';
import type { MemoryContext } from './context.ts';
import { exchangeOne, noteSent } from './exchange.ts';
import { eraseQueue, expireDue, sweep } from './expiry.ts';
import { createMemoryInspection } from './inspection.ts';
import type { Queue } from './queue.ts';
import { restoreQueue } from './restoring.ts';
import { stateOf, takeOne } from './taking.ts';

/** Milliseconds between two looks at what is due. */
const sweepMs = 1000;

/** Arrays begun by a literal take the room that they need; the first `push` to an empty one takes that of seventeen. */
function readAll(context: MemoryContext, request: ExchangeRequest, nowMs: number): readonly QueueReading[] {
  const { queues } = request;
  const first = queues[0];
  const second = queues[1];
  if (first === undefined) return [];
  if (second === undefined) return [exchangeOne(context, first, request, nowMs)];
  const both = [exchangeOne(context, first, request, nowMs), exchangeOne(context, second, request, nowMs)];
  for (let index = 2; index < queues.length; index++)
    both.push(exchangeOne(context, queues[index] as QueueExchange, request, nowMs));
  return both;
}

/** What a table buffer works with; `clock` wakes its sweeps. */
export interface TableBufferContext extends MemoryContext {
  readonly clock: Clock;
}

/** Makes a message buffer of a table, which may hold queues already. */
export function createTableBuffer(context: TableBufferContext): MessageBuffer {
  const { table, watchers, clock } = context;
  let isClosed = false;
  let timer: Timer | undefined;

  function usable(signal?: AbortSignal): void {
    signal?.throwIfAborted();
    if (isClosed) throw new CommunicationError(problem('buffer-unavailable', { detail: 'The message buffer is closed.' }));
  }

  /** Looks after due queues for as long as there are any. */
  function keepSweeping(): void {
    timer ??= clock.setTimeout(() => {
      timer = undefined;
      sweep(context);
      if (table.entries.size > 0 && !isClosed) keepSweeping();
    }, sweepMs);
  }

  function locate(id: string): { queue: Queue; position: number } | undefined {
    const place = parseMessageId(id);
    const queue = place === undefined ? undefined : table.epochs.get(place.epoch);
    if (place === undefined || queue === undefined || place.position > queue.last) return undefined;
    expireDue(context, queue, context.now());
    return { queue, position: place.position };
  }

  if (table.entries.size > 0) keepSweeping();
  return {
    supports: { grade: 'memory', durable: false, shared: false },
    append(entries, signal) {
      usable(signal);
      const nowMs = context.now();
      if (timer === undefined) keepSweeping();
      const [only] = entries;
      if (only !== undefined && entries.length === 1) return [appendOne(context, only, nowMs)];
      return entries.map((entry) => appendOne(context, entry, nowMs));
    },
    exchange(request, signal) {
      usable(signal);
      const nowMs = context.now();
      const readings = readAll(context, request, nowMs);
      if (timer === undefined) keepSweeping();
      return readings;
    },
    look(queues) {
      usable();
      return queues.some((name) => {
        const queue = table.find(name);
        return queue === undefined || queue.epoch !== name.epoch || queue.last !== name.last;
      });
    },
    forget(session, queues) {
      usable();
      for (const name of queues) {
        const queue = table.find(name);
        if (queue === undefined) continue;
        queue.places = queue.places.filter((place) => place.session !== session);
        noteSent(context, queue, name.limit);
        context.journal?.changed(queue);
      }
    },
    find(id) {
      usable();
      const found = locate(id);
      return found === undefined ? undefined : stateOf(found.queue, found.position, context.now());
    },
    take(id, how) {
      usable();
      const found = locate(id);
      return found !== undefined && takeOne(context, found.queue, found.position, how);
    },
    erase(address, application) {
      usable();
      const entry = table.entries.get(address);
      let gone = 0;
      for (const queue of [...(entry?.queues.values() ?? [])]) {
        if (application === undefined || queue.application === application) gone += eraseQueue(context, queue);
      }
      return gone;
    },
    restore(stored) {
      usable();
      if (timer === undefined) keepSweeping();
      return restoreQueue(context, stored);
    },
    watch(watcher) {
      usable();
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    inspect: createMemoryInspection(context),
    async close() {
      isClosed = true;
      timer?.clear();
      watchers.clear();
    },
  };
}
