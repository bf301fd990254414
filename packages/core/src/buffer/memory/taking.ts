/** Where a message is, and taking it out. */
import type { MessageBuffer, MessageState } from '../message-buffer.ts';
import { leave, lose, type MemoryContext, tellRemoved } from './context.ts';
import { releaseParked } from './expiry.ts';
import { indexAfter, messageAt, noteEnding, type Queue } from './queue.ts';

/** Messages that one queue keeps parked; the oldest goes first. */
const parkedKept = 100;

/** What has become of the message at a position. */
export function stateOf(queue: Queue, position: number, nowMs: number): MessageState {
  const name = { address: queue.address, application: queue.application };
  const message = messageAt(queue, position);
  if (message !== undefined) {
    const place = { epoch: queue.epoch, position };
    const places = queue.places.filter(({ untilMs }) => untilMs > nowMs).map(({ session, handled }) => ({ session, handled }));
    const [sent, handled] = [queue.sentTo >= position, queue.handledTo >= position];
    return { state: 'pending', queue: name, message, place, sent, handled, places };
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

/** Takes one message out, pending or parked. */
export function takeOne(
  context: MemoryContext,
  queue: Queue,
  position: number,
  how: Parameters<MessageBuffer['take']>[1],
): boolean {
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
      const held = { message, reason: how.reason };
      queue.parked.push(held);
      context.journal?.parked(queue, held);
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
