/** Publishing into the in-memory table. */
import { messageId } from '../../protocol/cursor.ts';
import type { AppendEntry, AppendOutcome, BufferedMessage } from '../message-buffer.ts';
import { leave, lose, type MemoryContext, settle } from './context.ts';
import { expireDue } from './expiry.ts';
import { giveUpKeys, rememberKey } from './keys.ts';
import { indexAfter, type Queue } from './queue.ts';

/** Stores one entry, or says why not. */
export function appendOne(context: MemoryContext, entry: AppendEntry, nowMs: number): AppendOutcome {
  const queue = context.table.open(entry, nowMs);
  queue.lastUsedMs = nowMs;
  expireDue(context, queue, nowMs);
  const known = entry.key === undefined ? undefined : queue.keys?.get(entry.key);
  if (known !== undefined && known.untilMs > nowMs) {
    return known.fingerprint === entry.fingerprint ? { kind: 'duplicate', id: known.id } : { kind: 'conflict' };
  }
  const bound = makeRoom(context, queue, entry, pendingOf(queue, entry.topic));
  if (bound !== undefined) {
    // One that was made for this, and was never scheduled, would stay for ever, beyond the bound that was met.
    if (queue.last === 0 && queue.dueMs === Number.POSITIVE_INFINITY) context.table.remove(queue);
    return { kind: 'full', bound };
  }
  // Looked up again: making room may have dropped it.
  const replaced = pendingOf(queue, entry.topic);
  if (replaced !== undefined) leave(context, queue, indexAfter(queue.messages, replaced.position - 1), 'collapsed');
  const position = ++queue.last;
  const id = messageId(queue.epoch, position);
  // It inherits the replaced one's latency clock, or a stream of updates could hold itself back for ever.
  const message: BufferedMessage = {
    position,
    members: entry.members,
    size: entry.size,
    acceptedMs: nowMs,
    waitingSinceMs: replaced?.waitingSinceMs ?? nowMs,
    expiresMs: nowMs + entry.ttlSeconds * 1000,
    urgency: entry.urgency,
    topic: entry.topic,
  };
  queue.messages.push(message);
  settle(context, queue, message.size);
  context.table.messages += 1;
  if (context.journal === undefined) queue.settled = position;
  else context.journal.stored(queue, message);
  remember(context, queue, entry, id, message);
  return replaced === undefined
    ? { kind: 'stored', id, position }
    : { kind: 'stored', id, position, collapsed: messageId(queue.epoch, replaced.position) };
}

function pendingOf(queue: Queue, topic: string | undefined): BufferedMessage | undefined {
  return topic === undefined ? undefined : queue.topics?.get(topic);
}

/**
 * Frees what may be freed for a message to fit; names the bound that it meets otherwise, having freed nothing. One that
 * replaces another succeeds in a full queue: it takes that one's place, and only its growth counts.
 */
function makeRoom(
  context: MemoryContext,
  queue: Queue,
  entry: AppendEntry,
  replaced: BufferedMessage | undefined,
): 'queue' | 'address' | 'buffer' | undefined {
  const { limits, table } = context;
  const { messages } = queue;
  let left = replaced;
  let count = messages.length + (left === undefined ? 1 : 0);
  let bytes = queue.bytes + entry.size - (left?.size ?? 0);
  let drop = 0;
  // What some session acknowledged never causes a refusal; those behind are told. No more of it goes than is needed.
  const free = queue.handledTo > queue.freedTo ? indexAfter(messages, queue.handledTo) : 0;
  const isFull = (): boolean => count > limits.queueMessages || bytes > limits.queueBytes;
  const exceeded = (): 'address' | 'buffer' | undefined => {
    const growth = bytes - queue.bytes;
    if (growth <= 0) return undefined;
    // Keys go before messages do, and before one is refused.
    const ofAddress = queue.entry.bytes + growth - limits.addressBytes;
    if (ofAddress > 0 && !giveUpKeys(context, queue.entry, ofAddress)) return 'address';
    const ofBuffer = table.bytes + growth - limits.bufferBytes;
    return ofBuffer > 0 && !giveUpKeys(context, queue.entry, ofBuffer) ? 'buffer' : undefined;
  };
  while (isFull() || (drop < free && exceeded() !== undefined)) {
    const oldest = messages[drop];
    if (oldest === undefined || (drop >= free && entry.overflow === 'reject')) return 'queue';
    // Dropping the one that is to be replaced makes no more room than replacing it.
    if (oldest === left) left = undefined;
    else {
      bytes -= oldest.size;
      count--;
    }
    drop++;
  }
  const bound = exceeded();
  if (bound !== undefined) return bound;
  if (drop > 0) lose(context, queue, 0, drop, 'overflow');
  return undefined;
}

function remember(context: MemoryContext, queue: Queue, entry: AppendEntry, id: string, message: BufferedMessage): void {
  if (message.topic !== undefined) {
    queue.topics ??= new Map();
    queue.topics.set(message.topic, message);
  }
  if (entry.key !== undefined) {
    const untilMs = message.expiresMs + context.limits.keySeconds * 1000;
    rememberKey(context, queue, entry.key, { id, fingerprint: entry.fingerprint, untilMs, record: undefined });
  }
  if (message.expiresMs < queue.nextExpiryMs) {
    queue.nextExpiryMs = message.expiresMs;
    context.table.schedule(queue, message.expiresMs);
  }
}
