import { epochBytes, parseMessageId } from '../../protocol/cursor.ts';
import type { Clock, Random, Timer } from '../../protocol/environment.ts';
import { defaultLimits, type Limits } from '../../protocol/limits.ts';
import { CommunicationError, problem } from '../../protocol/problem.ts';
import { systemClock, systemRandom } from '../../protocol/system-environment.ts';
import { addressKey } from '../address.ts';
import type { AppendOutcome, BufferWatcher, MessageBuffer, MessageState } from '../message-buffer.ts';
import { appendOne } from './append.ts';
import { leave, lose, type MemoryContext, tellRemoved } from './context.ts';
import { exchangeOne, noteSent } from './exchange.ts';
import { eraseQueue, expireDue, releaseParked, sweep } from './expiry.ts';
import { createMemoryInspection } from './inspection.ts';
import { indexAfter, messageAt, noteEnding, type Queue } from './queue.ts';
import { createTable } from './table.ts';

export interface MemoryBufferOptions {
  /** Bounds of queues, addresses and the whole. @default defaultLimits */
  readonly limits?: Partial<Limits>;
  /** @default the system's */
  readonly clock?: Clock;
  /** @default the system's */
  readonly random?: Random;
}

/** Milliseconds between two looks at what is due. */
const sweepMs = 1000;

/** Messages that one queue keeps parked; the oldest goes first. */
const parkedKept = 100;

/** The in-memory two-tier hash table: address -> application -> queue. Grade `memory`: it ends with the process. */
export function createMemoryBuffer(options: MemoryBufferOptions = {}): MessageBuffer {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const origin = clock.now() - clock.monotonic();
  const context: MemoryContext = {
    table: createTable(() => random.token(epochBytes)),
    limits: { ...defaultLimits, ...options.limits },
    now: () => origin + clock.monotonic(),
    watchers: new Set<BufferWatcher>(),
  };
  const { table, watchers } = context;
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

  return {
    supports: { grade: 'memory', durable: false, shared: false },
    append(entries, signal) {
      usable(signal);
      const nowMs = context.now();
      const outcomes: AppendOutcome[] = [];
      for (const entry of entries) outcomes.push(appendOne(context, entry, nowMs));
      if (timer === undefined) keepSweeping();
      return outcomes;
    },
    exchange(request, signal) {
      usable(signal);
      const nowMs = context.now();
      const readings = [];
      for (const asked of request.queues) readings.push(exchangeOne(context, asked, request, nowMs));
      if (timer === undefined) keepSweeping();
      return readings;
    },
    forget(session, queues) {
      usable();
      for (const name of queues) {
        const queue = table.find(name);
        if (queue === undefined) continue;
        queue.places = queue.places.filter((place) => place.session !== session);
        noteSent(queue, name.limit);
      }
    },
    find(id) {
      usable();
      const found = locate(id);
      return found === undefined ? undefined : stateOf(found.queue, found.position);
    },
    take(id, how) {
      usable();
      const found = locate(id);
      return found !== undefined && takeOne(context, found.queue, found.position, how);
    },
    erase(address, application) {
      usable();
      const entry = table.entries.get(addressKey(address));
      let gone = 0;
      for (const queue of [...(entry?.queues.values() ?? [])]) {
        if (application === undefined || queue.application === application) gone += eraseQueue(context, queue);
      }
      return gone;
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

function stateOf(queue: Queue, position: number): MessageState {
  const name = { address: queue.address, application: queue.application };
  const message = messageAt(queue, position);
  if (message !== undefined) {
    return { state: 'pending', queue: name, message, place: { epoch: queue.epoch, position }, sent: queue.sentTo >= position };
  }
  const parked = queue.parked?.find((held) => held.message.position === position);
  if (parked !== undefined) return { state: 'parked', queue: name, message: parked.message, reason: parked.reason };
  return { state: 'gone', queue: name, reason: endingOf(queue, position) };
}

function endingOf(queue: Queue, position: number): (MessageState & { readonly state: 'gone' })['reason'] {
  const noted = queue.endings?.get(position);
  if (noted !== undefined) return noted;
  for (const loss of queue.losses) {
    if (position < loss.from || position > loss.to || loss.reason === 'reset') continue;
    if (loss.count === loss.to - loss.from + 1) return loss.reason;
  }
  return position <= queue.freedTo ? 'acknowledged' : 'unknown';
}

function takeOne(context: MemoryContext, queue: Queue, position: number, how: Parameters<MessageBuffer['take']>[1]): boolean {
  const index = indexAfter(queue.messages, position - 1);
  if (queue.messages[index]?.position !== position) return how.kind !== 'park' && takeParked(context, queue, position, how.kind);
  switch (how.kind) {
    case 'withdraw':
      leave(context, queue, index, 'withdrawn');
      return true;
    case 'purge':
      lose(context, queue, index, 1, 'purged');
      return true;
    case 'park': {
      const [message] = lose(context, queue, index, 1, 'parked');
      if (message === undefined) return false;
      queue.parked ??= [];
      queue.parked.push({ message, reason: how.reason });
      queue.entry.bytes += message.size;
      context.table.bytes += message.size;
      context.table.parked += 1;
      const oldest = queue.parked[0];
      if (queue.parked.length > parkedKept && oldest !== undefined) takeParked(context, queue, oldest.message.position, 'purge');
      return true;
    }
  }
}

function takeParked(context: MemoryContext, queue: Queue, position: number, kind: 'withdraw' | 'purge'): boolean {
  const parked = queue.parked?.find((held) => held.message.position === position);
  if (parked === undefined) return false;
  const reason = kind === 'withdraw' ? 'withdrawn' : 'purged';
  queue.parked = queue.parked?.filter((held) => held !== parked);
  releaseParked(context, queue, parked.message);
  noteEnding(queue, position, reason);
  tellRemoved(context, queue, reason, [parked.message]);
  return true;
}
