/** A queue as a record, and a queue from its record: moving between buffers, and beginning anew from a disk. */
import { parseMessageId } from '../../protocol/cursor.ts';
import type { BufferedMessage } from '../message-buffer.ts';
import type { StoredQueue } from '../stored-queue.ts';
import { type MemoryContext, settle } from './context.ts';
import { noteEnding, type Queue } from './queue.ts';
import { keyBytes } from './table.ts';

/** Everything in a queue that can be moved, without what is not yet settled. */
export function storedQueue(queue: Queue): StoredQueue {
  const { address, application, epoch, settled, freedTo, handledTo, sentTo, hasHoles, losses } = queue;
  const isSettled = (message: BufferedMessage): boolean => message.position <= settled;
  return {
    address,
    application,
    epoch,
    last: settled,
    freedTo,
    handledTo,
    sentTo,
    hasHoles,
    losses: losses.filter((loss) => loss.from <= settled),
    messages: queue.messages.filter(isSettled),
    parked: queue.parked?.slice() ?? [],
    keys: [...(queue.keys ?? [])]
      // Another message would get the id that its own has here, and the publisher be told of a duplicate.
      .filter(([, { id }]) => (parseMessageId(id)?.position ?? 0) <= settled)
      .map(([key, { id, fingerprint, untilMs }]) => ({ key, id, fingerprint, untilMs })),
    places: queue.places.map(({ session, handled, untilMs }) => ({ session, handled, untilMs })),
    endings: [...(queue.endings ?? [])],
  };
}

/** Makes the queue of a record; refuses where the table holds that queue or that epoch already. */
export function restoreQueue(context: MemoryContext, stored: StoredQueue): boolean {
  const { table, limits } = context;
  if (table.find(stored) !== undefined || table.epochs.has(stored.epoch)) return false;
  const nowMs = context.now();
  const queue = table.open(stored, nowMs, stored.epoch);
  queue.last = stored.last;
  queue.settled = stored.last;
  queue.freedTo = stored.freedTo;
  queue.handledTo = stored.handledTo;
  queue.sentTo = stored.sentTo;
  queue.hasHoles = stored.hasHoles;
  queue.losses = [...stored.losses];
  queue.places = (stored.places ?? []).map((place) => ({ ...place }));
  for (const [position, reason] of stored.endings ?? []) noteEnding(queue, position, reason);
  for (const message of stored.messages) addMessage(context, queue, message);
  for (const held of stored.parked) {
    queue.parked ??= [];
    queue.parked.push(held);
    queue.entry.bytes += held.message.size;
    table.bytes += held.message.size;
    table.parked += 1;
    queue.nextExpiryMs = Math.min(queue.nextExpiryMs, held.message.expiresMs);
    context.journal?.parked(queue, held);
  }
  for (const { key, id, fingerprint, untilMs } of stored.keys) {
    queue.keys ??= new Map();
    queue.keys.set(key, { id, fingerprint, untilMs, record: undefined });
    queue.entry.bytes += keyBytes;
    table.bytes += keyBytes;
    context.journal?.keyed(queue, key);
  }
  context.journal?.changed(queue);
  // One that never held a message may go with its sessions, as if it had been made here.
  const idleMs = stored.last === 0 ? Math.max(nowMs, ...queue.places.map(({ untilMs }) => untilMs)) : Number.POSITIVE_INFINITY;
  table.schedule(queue, Math.min(queue.nextExpiryMs, idleMs, nowMs + limits.stubSeconds * 1000));
  return true;
}

function addMessage(context: MemoryContext, queue: Queue, message: BufferedMessage): void {
  queue.messages.push(message);
  settle(context, queue, message.size);
  context.table.messages += 1;
  if (message.topic !== undefined) {
    queue.topics ??= new Map();
    queue.topics.set(message.topic, message);
  }
  queue.nextExpiryMs = Math.min(queue.nextExpiryMs, message.expiresMs);
  context.journal?.stored(queue, message);
}
