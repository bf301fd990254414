/** Acknowledging and reading, in one go. */

import { lossesAfter, noLosses } from '../losses.ts';
import type { BufferedMessage, ExchangeRequest, Loss, Place, QueueExchange, QueueReading } from '../message-buffer.ts';
import { cut, type MemoryContext, tellRemoved } from './context.ts';
import { expireDue } from './expiry.ts';
import { freedBeyond, indexAfter, type Queue, type SessionPlace, startOf, startOfNewest } from './queue.ts';

const noMessages: readonly BufferedMessage[] = [];

/** One queue's part of an exchange. */
export function exchangeOne(context: MemoryContext, asked: QueueExchange, request: ExchangeRequest, nowMs: number): QueueReading {
  const queue = find(context, asked, nowMs);
  queue.lastUsedMs = nowMs;
  if (queue.dueMs === Number.POSITIVE_INFINITY)
    context.table.schedule(queue, nowMs + Math.min(request.keepMs, context.limits.stubSeconds * 1000));
  expireDue(context, queue, nowMs);
  const { handled, read } = asked;
  // Where reading goes on in this life of the queue, the reset was told: an old acknowledgement is only void.
  const isReset = !stands(queue, read ?? handled);
  const limit = asked.limit?.epoch === queue.epoch ? asked.limit.position : queue.settled;
  const after = isReset || read === undefined ? firstRead(queue, asked, isReset) : Math.min(read.position, limit);
  if (!isReset) noteSent(context, queue, read);
  noteSent(context, queue, asked.limit);
  const handledTo = isReset || handled === undefined || !stands(queue, handled) ? undefined : Math.min(handled.position, limit);
  if (queue.address.kind === 'recipient' && keepPlace(queue, request, nowMs, handledTo)) context.journal?.changed(queue);
  const lowest = lowestPlace(queue, nowMs);
  const freed = queue.address.kind === 'recipient' && asked.retain !== true ? free(context, queue, lowest, nowMs) : 0;
  return readOn(queue, after, request.maxBytes, isReset, freed);
}

/** Where reading begins without a place: a recipient's queue, and all after a reset, at the oldest that is held. */
function firstRead(queue: Queue, asked: QueueExchange, isReset: boolean): number {
  return isReset || queue.address.kind === 'recipient' ? startOf(queue) : startOfNewest(queue, asked.newest ?? 0);
}

/** The queue, without a look-up where it is the one found last time. */
function find(context: MemoryContext, asked: QueueExchange, nowMs: number): Queue {
  const hint = asked.hint as Queue | undefined;
  if (hint !== undefined && !hint.isRemoved) return hint;
  const queue = context.table.open(asked, nowMs);
  asked.hint = queue;
  return queue;
}

/** Remembers how far any session was sent: a message before that cannot be taken back in silence. */
export function noteSent(context: MemoryContext, queue: Queue, place: Place | undefined): void {
  if (place === undefined || place.epoch !== queue.epoch || place.position <= queue.sentTo) return;
  queue.sentTo = Math.min(place.position, queue.settled);
  context.journal?.changed(queue);
}

/** Whether a place belongs to this life of the queue and lies within it. */
function stands(queue: Queue, place: Place | undefined): boolean {
  return place === undefined || (place.epoch === queue.epoch && place.position <= queue.settled);
}

/**
 * Keeps the session's place, moved on to what it handled; a session that says nothing of it has handled nothing. Tells
 * whether anything but the time until which it is kept is new.
 */
function keepPlace(queue: Queue, request: ExchangeRequest, nowMs: number, handledTo: number | undefined): boolean {
  const known = queue.places.length;
  const place = placeOf(queue, request.session, nowMs + request.keepMs, handledTo ?? startOf(queue));
  const isMoved = handledTo !== undefined && handledTo > place.handled;
  if (isMoved) place.handled = handledTo;
  if (place.handled > queue.handledTo) queue.handledTo = place.handled;
  return isMoved || queue.places.length > known;
}

/** Finds or makes a session's place, and keeps it until then. */
function placeOf(queue: Queue, session: string, untilMs: number, start: number): SessionPlace {
  for (const place of queue.places) {
    if (place.session !== session) continue;
    if (untilMs > place.untilMs) place.untilMs = untilMs;
    return place;
  }
  const place = { session, handled: start, untilMs };
  if (queue.places.length === 0) queue.places = [place];
  else queue.places.push(place);
  return place;
}

/** The lowest place that is kept; the others are forgotten. */
function lowestPlace(queue: Queue, nowMs: number): number {
  let lowest = Number.POSITIVE_INFINITY;
  let silent = 0;
  for (const place of queue.places) {
    if (place.untilMs <= nowMs) silent++;
    else if (place.handled < lowest) lowest = place.handled;
  }
  if (silent > 0) queue.places = queue.places.filter((place) => place.untilMs > nowMs);
  return lowest;
}

/** Frees up to a place; returns how many messages that took. */
function free(context: MemoryContext, queue: Queue, lowest: number, nowMs: number): number {
  if (lowest <= queue.freedTo || lowest === Number.POSITIVE_INFINITY || nowMs < context.freesFromMs) return 0;
  queue.freedTo = lowest;
  context.journal?.changed(queue);
  const count = indexAfter(queue.messages, lowest);
  if (count === 0) return 0;
  tellRemoved(context, queue, 'acknowledged', cut(context, queue, 0, count));
  return count;
}

/**
 * Reads on. What the last one read is told again to the next who reads the same: to thousands after a message to
 * everyone, and to all who ask while nothing comes.
 */
function readOn(queue: Queue, after: number, maxBytes: number, reset: boolean, freed: number): QueueReading {
  const isPlain = !reset && freed === 0 && queue.freedTo <= after && queue.losses.length === 0;
  const known = isPlain ? queue.lastReading : undefined;
  if (known?.after === after && known.last === queue.settled && known.maxBytes === maxBytes) return known;
  const { epoch, settled: last } = queue;
  const { messages, more } = read(queue, after, maxBytes);
  const reading = { epoch, after, last, messages, more, losses: untold(queue, after), reset, freed, maxBytes };
  if (isPlain) queue.lastReading = reading;
  return reading;
}

function read(queue: Queue, after: number, maxBytes: number): Pick<QueueReading, 'messages' | 'more'> {
  const { messages } = queue;
  const from = indexAfter(messages, after);
  const end = queue.settled === queue.last ? messages.length : indexAfter(messages, queue.settled);
  let to = from;
  for (let bytes = 0; to < end; to++) {
    bytes += messages[to]?.size ?? 0;
    if (bytes > maxBytes && to > from) break;
  }
  if (to === from) return { messages: noMessages, more: to < end };
  const isWhole = from === 0 && to === messages.length && to > 1;
  return { messages: isWhole ? messages.slice() : messages.slice(from, to), more: to < end };
}

function untold(queue: Queue, after: number): readonly Loss[] {
  const freedByOthers = queue.freedTo > after ? freedBeyond(queue, after) : undefined;
  if (queue.losses.length === 0 && freedByOthers === undefined) return noLosses;
  const all = lossesAfter(queue.losses, after);
  const losses = queue.settled === queue.last ? all : all.filter((loss) => loss.from <= queue.settled);
  return freedByOthers === undefined ? losses : [...losses, freedByOthers];
}
