/** What the operations on the in-memory table share. */

import { messageId } from '../../protocol/cursor.ts';
import type { Limits } from '../../protocol/limits.ts';
import { addLoss } from '../losses.ts';
import type { BufferedMessage, BufferWatcher, Removal } from '../message-buffer.ts';
import type { TableJournal } from './journal.ts';
import { noteEnding, type Queue } from './queue.ts';
import type { Table } from './table.ts';

export interface MemoryContext {
  readonly table: Table;
  readonly limits: Limits;
  /** Milliseconds since 1970 that never jump: the wall clock at start plus the monotonic one. */
  now(): number;
  readonly watchers: Set<BufferWatcher>;
  /** Told of every change, where there is one. */
  readonly journal: TableJournal | undefined;
  /** Until this moment acknowledgements are kept but free nothing: a restarted buffer may not know all places yet. */
  readonly freesFromMs: number;
}

/** Tells watchers which messages left; builds nothing when nobody watches. */
export function tellRemoved(
  context: MemoryContext,
  queue: Queue,
  reason: Removal['reason'],
  messages: readonly BufferedMessage[],
): void {
  if (messages.length === 0) return;
  for (const watcher of context.watchers) {
    if (watcher.removed === undefined || watcher.wants?.(reason) === false) continue;
    const ids = messages.map((message) => messageId(queue.epoch, message.position));
    watcher.removed({ address: queue.address, application: queue.application, reason, ids });
  }
}

/** Takes messages out of a queue by index and settles the bytes; says nothing to anybody. */
export function cut(context: MemoryContext, queue: Queue, from: number, count: number): BufferedMessage[] {
  const gone = queue.messages.splice(from, count);
  queue.lastReading = undefined;
  let bytes = 0;
  for (const message of gone) {
    bytes += message.size;
    if (message.topic !== undefined && queue.topics?.get(message.topic) === message) queue.topics.delete(message.topic);
  }
  settle(context, queue, -bytes);
  if (gone.length > 0) context.journal?.left(queue, gone);
  context.table.messages -= gone.length;
  // Empty now: what is left is a stub, whose time may be over before that of the messages that were here.
  if (queue.messages.length === 0) context.table.schedule(queue, queue.lastUsedMs + context.limits.stubSeconds * 1000);
  return gone;
}

/** Adds bytes to all three sums. */
export function settle(context: MemoryContext, queue: Queue, bytes: number): void {
  queue.bytes += bytes;
  queue.entry.bytes += bytes;
  context.table.bytes += bytes;
}

/** Takes messages out as lost: recorded for those who have not read them, and told. */
export function lose(
  context: MemoryContext,
  queue: Queue,
  from: number,
  count: number,
  reason: 'expired' | 'overflow' | 'purged' | 'parked',
): BufferedMessage[] {
  const gone = cut(context, queue, from, count);
  for (const message of gone) addLoss(queue.losses, reason, message.position);
  tellRemoved(context, queue, reason, gone);
  return gone;
}

/** Takes one message out without loss: replaced or withdrawn by its own application. */
export function leave(context: MemoryContext, queue: Queue, index: number, reason: 'collapsed' | 'withdrawn'): void {
  const gone = cut(context, queue, index, 1);
  queue.hasHoles = true;
  for (const message of gone) noteEnding(queue, message.position, reason);
  tellRemoved(context, queue, reason, gone);
}
