/** From readings to an answer: gaps, cursors and messages joined from ready pieces of JSON. */

import { lossWithin } from '../buffer/losses.ts';
import type { BufferedMessage, QueueReading } from '../buffer/message-buffer.ts';
import { cursorPart, messageId } from '../protocol/cursor.ts';
import { flatten } from '../protocol/text.ts';
import type { Gap, GapReason } from '../protocol/types.ts';
import { isAsciiMessage } from './message-size.ts';
import type { Following, SessionApplication } from './session.ts';

/** One application's part of an answer being made. */
export interface Section {
  readonly application: SessionApplication;
  readonly readings: readonly QueueReading[];
  /** The client needs a new cursor, whether or not there is anything to deliver. */
  readonly isNew: boolean;
}

/** What went into the answer for one queue. */
export interface Delivery {
  readonly following: Following;
  readonly epoch: string;
  readonly messages: readonly BufferedMessage[];
  /** The last position that the answer covers. */
  readonly end: number;
  /** What the cursor says of the queue. */
  readonly part: string;
}

export interface WrittenSection {
  readonly json: string;
  readonly cursor: string;
  readonly deliveries: readonly Delivery[];
  readonly count: number;
  readonly gap: Gap | undefined;
  readonly hasMore: boolean;
  /** `json` is known to hold nothing but ASCII. */
  readonly isAscii: boolean;
}

/** Messages of a section, by queue, in the order of delivery. */
export function listsOf(section: Section): readonly (readonly BufferedMessage[])[] {
  return section.readings.map((reading) => reading.messages);
}

/** Whether a section has something to say. */
export function saysSomething({ isNew, readings }: Section): boolean {
  if (isNew) return true;
  for (const { reset, messages, losses } of readings) if (reset || messages.length > 0 || losses.length > 0) return true;
  return false;
}

/** Writes a section with the first `count` of its messages; `undefined` where nothing is left to say. */
export function writeSection({ application, readings, isNew }: Section, count: number): WrittenSection | undefined {
  // Made at its length: the first `push` to an empty one takes the room of seventeen.
  const deliveries = new Array<Delivery>(readings.length);
  let left = count;
  let hasMore = false;
  let isMoved = false;
  let cursor = '';
  for (let index = 0; index < readings.length; index++) {
    const reading = readings[index];
    const following = application.followings[index];
    if (reading === undefined || following === undefined) continue;
    const isWhole = left >= reading.messages.length;
    const messages = isWhole ? reading.messages : reading.messages.slice(0, left);
    const isExhausted = isWhole && !reading.more;
    left -= messages.length;
    if (!isExhausted) hasMore = true;
    const end = isExhausted ? reading.last : (messages[messages.length - 1]?.position ?? reading.after);
    if (end !== reading.after) isMoved = true;
    const part = partOf(following, reading.epoch, end);
    cursor = joined(cursor, part);
    deliveries[index] = { following, epoch: reading.epoch, messages, end, part };
  }
  const gap = gapOf(readings, deliveries);
  if (!isNew && gap === undefined && count === 0 && !hasMore && !isMoved) return undefined;
  let json = `"${application.name}":{"cursor":"${cursor}"`;
  if (gap !== undefined) json += `,"gap":${JSON.stringify(gap)}`;
  if (count > 0) json += `,"messages":[${writeMessages(readings, deliveries)}]`;
  json += hasMore ? ',"more":true}' : '}';
  return { json, cursor, deliveries, count, gap, hasMore, isAscii: areAscii(deliveries) };
}

/** The queue's part of the cursor; the last one again where the queue stands still, as everyone's mostly does. */
function partOf(following: Following, epoch: string, end: number): string {
  if (following.part !== '' && following.covered === end && following.epoch === epoch) return following.part;
  return cursorPart(following.tag, epoch, end);
}

function areAscii(deliveries: readonly Delivery[]): boolean {
  for (const { messages } of deliveries) for (const message of messages) if (!isAsciiMessage(message)) return false;
  return true;
}

function joined(parts: string, part: string): string {
  return parts === '' ? part : `${parts}.${part}`;
}

/** From this many messages on, pieces that are copied once pay. */
const manyMessages = 3;
const asItIs = (text: string): string => text;

/** Each message with its cursor: the ends of the queues before its own, its own position, the beginnings of those after. */
function writeMessages(readings: readonly QueueReading[], deliveries: readonly Delivery[]): string {
  let json = '';
  for (let index = 0; index < deliveries.length; index++) {
    const delivery = deliveries[index];
    if (delivery === undefined || delivery.messages.length === 0) continue;
    const { following, epoch, messages } = delivery;
    let before = '';
    let after = '';
    for (let other = 0; other < deliveries.length; other++) {
      const beside = deliveries[other];
      if (beside === undefined || other === index) continue;
      if (other < index) before += `${cursorPart(beside.following.tag, beside.epoch, beside.end)}.`;
      else after += `.${cursorPart(beside.following.tag, beside.epoch, readings[other]?.after ?? 0)}`;
    }
    // Few and flat pieces: every joint of a long answer is an object until the whole is written.
    const piece = messages.length > manyMessages ? flatten : asItIs;
    const next = piece(`},{"id":"${epoch}`);
    const middle = piece(`","cursor":"${before}${following.tag}${epoch}`);
    const end = piece(`${after}",`);
    for (const message of messages) {
      const position = message.position.toString(36);
      json += (json === '' ? next.slice(2) : next) + position + middle + position + end + message.members;
    }
  }
  return json === '' ? '' : `${json}}`;
}

/** What the session can no longer get, up to where the answer reaches. */
function gapOf(readings: readonly QueueReading[], deliveries: readonly Delivery[]): Gap | undefined {
  if (!losesAny(readings)) return undefined;
  const sums = new Map<GapReason, number | undefined>();
  for (const [index, reading] of readings.entries()) addLosses(sums, reading, deliveries[index]?.end ?? reading.after);
  if (sums.size === 0) return undefined;
  return { losses: [...sums].map(([reason, count]) => (count === undefined ? { reason } : { reason, count })) };
}

function losesAny(readings: readonly QueueReading[]): boolean {
  for (const { losses, reset } of readings) if (reset || losses.length > 0) return true;
  return false;
}

/** Adds one queue's losses by reason; a sum with an unknown part is unknown. */
function addLosses(sums: Map<GapReason, number | undefined>, { losses, reset, after }: QueueReading, upTo: number): void {
  if (reset) sums.set('reset', undefined);
  for (const loss of losses) {
    const count = lossWithin(loss, after, upTo);
    if (count === 0) continue;
    const sum = sums.has(loss.reason) ? sums.get(loss.reason) : 0;
    sums.set(loss.reason, sum === undefined || count === undefined ? undefined : sum + count);
  }
}

/** Ids of what was delivered, for events. */
export function idsOf({ epoch, messages }: Delivery): string[] {
  return messages.map(({ position }) => messageId(epoch, position));
}
