/** Expiry: exact when a queue is touched, and by a sweep once a second for queues that nobody touches. */
import type { BufferedMessage } from '../message-buffer.ts';
import { cut, lose, type MemoryContext, tellRemoved } from './context.ts';
import { forgetKeys, forgetKeysInGoodTime } from './keys.ts';
import type { Queue } from './queue.ts';

/** Milliseconds for each key of a queue until they are gone through again. */
const keyPauseMs = 1;

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
  forgetKeysInGoodTime(context, nowMs);
  for (const queue of context.table.due(nowMs)) {
    expireDue(context, queue, nowMs);
    forgetKeys(context, queue, nowMs);
    const isEmpty = queue.messages.length === 0 && (queue.parked?.length ?? 0) === 0 && queue.keys === undefined;
    if (isEmpty && forgottenFromMs(context, queue) <= nowMs) removeQueue(context, queue);
    else context.table.schedule(queue, Math.max(nextLookMs(context, queue, isEmpty), nowMs + 1000));
  }
}

/**
 * From when on an empty queue may be forgotten. One in which there never was a message has nothing to tell but its epoch: while
 * more than half of the buffer is taken it goes with its last session, or visitors who come once would fill the buffer.
 */
function forgottenFromMs({ limits, table }: MemoryContext, { address, last, places, lastUsedMs }: Queue): number {
  const isToSpare = last === 0 && address.kind === 'recipient' && table.bytes > limits.bufferBytes / 2;
  return isToSpare ? Math.max(0, ...places.map(({ untilMs }) => untilMs)) : lastUsedMs + limits.stubSeconds * 1000;
}

/** When there is something to do about a queue: one that has messages is left alone until the first of them expires. */
function nextLookMs(context: MemoryContext, queue: Queue, isEmpty: boolean): number {
  // Of an empty one too: what comes next may expire later than what has left, and is then not looked for by itself.
  if (isEmpty) return Math.min(queue.nextExpiryMs, forgottenFromMs(context, queue));
  // All keys are gone through to find those whose time is over: the more there are, the longer until that is done again.
  const keys = [...(queue.keys?.values() ?? [])];
  const keysMs = keys.reduce((earliest, { untilMs }) => Math.min(earliest, untilMs), Number.POSITIVE_INFINITY);
  return Math.min(queue.nextExpiryMs, Math.max(keysMs, context.now() + keys.length * keyPauseMs));
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
