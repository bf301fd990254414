/** From readings to an answer: gaps, cursors and messages joined from ready pieces of JSON. */

import { lossWithin } from '../buffer/losses.ts';
import type { BufferedMessage, QueueReading } from '../buffer/message-buffer.ts';
import { cursorPart, messageId } from '../protocol/cursor.ts';
import { flatten } from '../protocol/text.ts';
import type { Gap, GapReason } from '../protocol/types.ts';
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
}

export interface WrittenSection {
  readonly json: string;
  readonly cursor: string;
  readonly deliveries: readonly Delivery[];
  readonly count: number;
  readonly gap: Gap | undefined;
  readonly hasMore: boolean;
}

/** Messages of a section, by queue, in the order of delivery. */
export function listsOf(section: Section): readonly (readonly BufferedMessage[])[] {
  return section.readings.map((reading) => reading.messages);
}

/** Whether a section has something to say. */
export function saysSomething({ isNew, readings }: Section): boolean {
  return isNew || readings.some((reading) => reading.reset || reading.messages.length > 0 || reading.losses.length > 0);
}

/** Writes a section with the first `count` of its messages; `undefined` where nothing is left to say. */
export function writeSection({ application, readings, isNew }: Section, count: number): WrittenSection | undefined {
  const deliveries: Delivery[] = [];
  let left = count;
  let hasMore = false;
  for (const [index, reading] of readings.entries()) {
    const following = application.followings[index];
    if (following === undefined) continue;
    const isWhole = left >= reading.messages.length;
    const messages = isWhole ? reading.messages : reading.messages.slice(0, left);
    const isExhausted = isWhole && !reading.more;
    left -= messages.length;
    if (!isExhausted) hasMore = true;
    const end = isExhausted ? reading.last : (messages[messages.length - 1]?.position ?? reading.after);
    deliveries.push({ following, epoch: reading.epoch, messages, end });
  }
  const gap = gapOf(readings, deliveries);
  if (!isNew && gap === undefined && count === 0 && !hasMore && deliveries.every(({ end }, i) => end === readings[i]?.after))
    return undefined;
  const cursor = deliveries.map(({ following, epoch, end }) => cursorPart(following.tag, epoch, end)).join('.');
  let json = `"${application.name}":{"cursor":"${cursor}"`;
  if (gap !== undefined) json += `,"gap":${JSON.stringify(gap)}`;
  if (count > 0) json += `,"messages":[${writeMessages(readings, deliveries)}]`;
  json += hasMore ? ',"more":true}' : '}';
  return { json, cursor, deliveries, count, gap, hasMore };
}

/** Each message with its cursor: the ends of the queues before its own, its own position, the beginnings of those after. */
function writeMessages(readings: readonly QueueReading[], deliveries: readonly Delivery[]): string {
  let json = '';
  for (const [index, { following, epoch, messages }] of deliveries.entries()) {
    if (messages.length === 0) continue;
    let before = '';
    let after = '';
    for (const [other, delivery] of deliveries.entries()) {
      if (other < index) before += `${cursorPart(delivery.following.tag, delivery.epoch, delivery.end)}.`;
      if (other > index) after += `.${cursorPart(delivery.following.tag, delivery.epoch, readings[other]?.after ?? 0)}`;
    }
    // Few and flat pieces: every joint of a long answer is an object until the whole is written.
    const next = flatten(`},{"id":"${epoch}`);
    const middle = flatten(`","cursor":"${before}${following.tag}${epoch}`);
    const end = flatten(`${after}",`);
    for (const message of messages) {
      const position = message.position.toString(36);
      json += (json === '' ? next.slice(2) : next) + position + middle + position + end + message.members;
    }
  }
  return json === '' ? '' : `${json}}`;
}

/** What the session can no longer get, up to where the answer reaches. */
function gapOf(readings: readonly QueueReading[], deliveries: readonly Delivery[]): Gap | undefined {
  if (readings.every(({ losses, reset }) => losses.length === 0 && !reset)) return undefined;
  const sums = new Map<GapReason, number | undefined>();
  for (const [index, reading] of readings.entries()) addLosses(sums, reading, deliveries[index]?.end ?? reading.after);
  if (sums.size === 0) return undefined;
  return { losses: [...sums].map(([reason, count]) => (count === undefined ? { reason } : { reason, count })) };
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
