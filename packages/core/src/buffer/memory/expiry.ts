/** Expiry: exact when a queue is touched, and by a sweep once a second for queues that nobody touches. */
import type { BufferedMessage } from '../message-buffer.ts';
import { cut, lose, type MemoryContext, tellRemoved } from './context.ts';
import type { Queue } from './queue.ts';
import { keyBytes } from './table.ts';

/** Takes out what has expired; costs a comparison when nothing can have. */
export function expireDue(context: MemoryContext, queue: Queue, nowMs: number): void {
  if (nowMs < queue.nextExpiryMs) return;
  // A long-lived message does not hold back those behind it: expired runs are cut wherever they stand.
  for (let i = 0; i < queue.messages.length; ) {
    let run = 0;
    while ((queue.messages[i + run]?.expiresMs ?? Number.POSITIVE_INFINITY) <= nowMs) run++;
    if (run > 0) lose(context, queue, i, run, 'expired');
    else i++;
  }
  expireParked(context, queue, nowMs);
  let next = Number.POSITIVE_INFINITY;
  for (const message of queue.messages) if (message.expiresMs < next) next = message.expiresMs;
  for (const { message } of queue.parked ?? []) if (message.expiresMs < next) next = message.expiresMs;
  queue.nextExpiryMs = next;
  context.table.schedule(queue, next);
}

function expireParked(context: MemoryContext, queue: Queue, nowMs: number): void {
  if (queue.parked === undefined) return;
  const gone: BufferedMessage[] = [];
  queue.parked = queue.parked.filter(({ message }) => {
    if (message.expiresMs > nowMs) return true;
    gone.push(message);
    return false;
  });
  for (const message of gone) releaseParked(context, queue, message);
  tellRemoved(context, queue, 'expired', gone);
}

/** Settles the sums for a message that was parked and is no more. */
export function releaseParked(context: MemoryContext, queue: Queue, message: BufferedMessage): void {
  context.journal?.unparked(queue, message);
  queue.entry.bytes -= message.size;
  context.table.bytes -= message.size;
  context.table.parked -= 1;
}

/** Looks after the queues that are due: expiry, old idempotency keys, and stubs whose time is over. */
export function sweep(context: MemoryContext): void {
  const nowMs = context.now();
  for (const queue of context.table.due(nowMs)) {
    expireDue(context, queue, nowMs);
    forgetKeys(context, queue, nowMs);
    const idleMs = queue.lastUsedMs + context.limits.stubSeconds * 1000;
    const isEmpty = queue.messages.length === 0 && (queue.parked?.length ?? 0) === 0;
    if (isEmpty && idleMs <= nowMs && (queue.keys?.size ?? 0) === 0) removeQueue(context, queue);
    else context.table.schedule(queue, Math.min(queue.nextExpiryMs, Math.max(idleMs, nowMs + 1000)));
  }
}

function forgetKeys(context: MemoryContext, queue: Queue, nowMs: number): void {
  if (queue.keys === undefined) return;
  let gone = 0;
  for (const [key, known] of queue.keys) {
    if (known.untilMs > nowMs) continue;
    queue.keys.delete(key);
    context.journal?.unkeyed(queue, known);
    gone++;
  }
  queue.entry.bytes -= gone * keyBytes;
  context.table.bytes -= gone * keyBytes;
  if (queue.keys.size === 0) queue.keys = undefined;
}

/** Erases a whole queue: its messages are told as erased, and its epoch ends. */
export function eraseQueue(context: MemoryContext, queue: Queue): number {
  expireDue(context, queue, context.now());
  const gone = cut(context, queue, 0, queue.messages.length);
  for (const { message } of queue.parked ?? []) {
    releaseParked(context, queue, message);
    gone.push(message);
  }
  queue.parked = undefined;
  removeQueue(context, queue);
  tellRemoved(context, queue, 'erased', gone);
  return gone.length;
}

function removeQueue(context: MemoryContext, queue: Queue): void {
  context.table.remove(queue);
  context.journal?.removed(queue);
}
