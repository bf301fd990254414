/** Acknowledging and reading, in one go. */
import type { BufferedMessage, ExchangeRequest, Loss, Place, QueueExchange, QueueReading } from '../message-buffer.ts';
import { lossesAfter, noLosses } from '../losses.ts';
import { cut, type MemoryContext, tellRemoved } from './context.ts';
import { expireDue } from './expiry.ts';
import { freedBeyond, indexAfter, type Queue, type SessionPlace, startOf, startOfNewest } from './queue.ts';

const noMessages: readonly BufferedMessage[] = [];

/** One queue's part of an exchange. */
export function exchangeOne(context: MemoryContext, asked: QueueExchange, request: ExchangeRequest, nowMs: number): QueueReading {
  const queue = context.table.open(asked, nowMs);
  queue.lastUsedMs = nowMs;
  if (queue.dueMs === Number.POSITIVE_INFINITY) context.table.schedule(queue, nowMs + context.limits.stubSeconds * 1000);
  expireDue(context, queue, nowMs);
  const { handled, read } = asked;
  const isReset = (read !== undefined && !stands(queue, read)) || (handled !== undefined && !stands(queue, handled));
  const isOwn = queue.address.kind === 'recipient';
  const start = isReset || (isOwn && read === undefined) ? startOf(queue) : startOfNewest(queue, asked.newest ?? 0);
  const limit = asked.limit?.epoch === queue.epoch ? asked.limit.position : queue.last;
  const after = isReset || read === undefined ? start : Math.min(read.position, limit);
  noteSent(queue, isReset ? undefined : read);
  noteSent(queue, asked.limit);
  let freed = 0;
  if (isOwn) {
    const until = nowMs + request.keepMs;
    const place = placeOf(queue, request.session, until, handled === undefined || isReset ? startOf(queue) : 0);
    if (handled !== undefined && !isReset) place.handled = Math.max(place.handled, Math.min(handled.position, limit));
    if (place.handled > queue.handledTo) queue.handledTo = place.handled;
    if (asked.retain !== true) freed = free(context, queue, nowMs);
  }
  return readOn(queue, after, request.maxBytes, isReset, freed);
}

/** Remembers how far any session was sent: a message before that cannot be taken back in silence. */
export function noteSent(queue: Queue, place: Place | undefined): void {
  if (place !== undefined && place.epoch === queue.epoch && place.position > queue.sentTo) queue.sentTo = Math.min(place.position, queue.last);
}

/** Whether a place belongs to this life of the queue and lies within it. */
function stands(queue: Queue, place: { readonly epoch: string; readonly position: number }): boolean {
  return place.epoch === queue.epoch && place.position <= queue.last;
}

/** Finds or makes a session's place, and keeps it until then. */
function placeOf(queue: Queue, session: string, untilMs: number, start: number): SessionPlace {
  for (const place of queue.places) {
    if (place.session !== session) continue;
    if (untilMs > place.untilMs) place.untilMs = untilMs;
    return place;
  }
  const place = { session, handled: start, untilMs };
  queue.places.push(place);
  return place;
}

/** Frees up to the lowest place that is kept; returns how many messages that took. */
function free(context: MemoryContext, queue: Queue, nowMs: number): number {
  let lowest = Number.POSITIVE_INFINITY;
  let silent = 0;
  for (const place of queue.places) {
    if (place.untilMs <= nowMs) silent++;
    else if (place.handled < lowest) lowest = place.handled;
  }
  if (silent > 0) queue.places = queue.places.filter((place) => place.untilMs > nowMs);
  if (lowest <= queue.freedTo || lowest === Number.POSITIVE_INFINITY) return 0;
  queue.freedTo = lowest;
  const count = indexAfter(queue.messages, lowest);
  if (count === 0) return 0;
  tellRemoved(context, queue, 'acknowledged', cut(context, queue, 0, count));
  return count;
}

function readOn(queue: Queue, after: number, maxBytes: number, reset: boolean, freed: number): QueueReading {
  const { messages } = queue;
  const from = indexAfter(messages, after);
  let to = from;
  for (let bytes = 0; to < messages.length; to++) {
    bytes += messages[to]?.size ?? 0;
    if (bytes > maxBytes && to > from) break;
  }
  const read = to === from ? noMessages : from === 0 && to === messages.length && to > 1 ? messages.slice() : messages.slice(from, to);
  return { epoch: queue.epoch, after, last: queue.last, messages: read, more: to < messages.length, losses: untold(queue, after), reset, freed };
}

function untold(queue: Queue, after: number): readonly Loss[] {
  const freedByOthers = queue.freedTo > after ? freedBeyond(queue, after) : undefined;
  if (queue.losses.length === 0 && freedByOthers === undefined) return noLosses;
  const losses = lossesAfter(queue.losses, after);
  return freedByOthers === undefined ? losses : [...losses, freedByOthers];
}
