/** A group's or everyone's queue as a node has read it, and what each of its readers is given of it. */
import {
  type BufferedMessage,
  freedBeyond,
  type Loss,
  lossesAfter,
  type Place,
  type QueueExchange,
  type QueueReading,
} from '@pollux/core/server';
import { parseElement } from './element.ts';
import { parseLosses } from './reasons.ts';

/** What one reading of the store brought. Nobody changes it. */
export interface LogState {
  readonly epoch: string;
  readonly last: number;
  readonly hasHoles: boolean;
  readonly losses: readonly Loss[];
  /** In order of position. */
  readonly messages: readonly BufferedMessage[];
  readonly bytes: number;
  /** When the first of them expires, by the clock of the store. */
  readonly expiresMs: number;
}

/** How the script answers for one log. */
export type LogAnswer = readonly [
  epoch: string,
  last: number,
  hasHoles: number,
  losses: string,
  isKnown: number,
  first: number,
  standing: number,
  elements: readonly string[],
];

/** The state after an answer that goes on from another one; `undefined` where all has to be read, since some left within. */
export function stateAfter(known: LogState | undefined, answer: LogAnswer): LogState | undefined {
  const [epoch, last, hasHoles, losses, isKnown, first, standing, elements] = answer;
  const isGoingOn = isKnown === 1 && standing > 0;
  const kept = isGoingOn ? (known?.messages ?? []).filter(({ position }) => position >= first) : [];
  if (kept.length !== standing) return undefined;
  const messages = [...kept, ...elements.map(parseElement)];
  let bytes = 0;
  let expiresMs = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    bytes += message.size;
    expiresMs = Math.min(expiresMs, message.expiresMs);
  }
  return { epoch, last, hasHoles: hasHoles === 1, losses: parseLosses(losses), messages, bytes, expiresMs };
}

/** Whether a place belongs to this life of the log, as far as it was read. */
export function stands(log: LogState, place: Place | undefined): boolean {
  return place === undefined || (place.epoch === log.epoch && place.position <= log.last);
}

/** What one reader is given, by the rules of every message buffer. */
export function readLog(log: LogState, asked: QueueExchange, maxBytes: number): QueueReading {
  const { read, handled, limit } = asked;
  const reset = !stands(log, read ?? handled);
  const bound = limit?.epoch === log.epoch ? limit.position : log.last;
  const after = reset || read === undefined ? firstRead(log, reset, asked.newest ?? 0) : Math.min(read.position, bound);
  const from = indexAfter(log.messages, after);
  const to = endOf(log.messages, from, maxBytes);
  return {
    epoch: log.epoch,
    after,
    last: log.last,
    messages: from === to ? noMessages : log.messages.slice(from, to),
    more: to < log.messages.length,
    losses: untold(log.losses, after, 0, log.hasHoles),
    reset,
    freed: 0,
  };
}

const noMessages: readonly BufferedMessage[] = [];

/** Where reading begins without a place: at the oldest after a reset, and before the newest otherwise. */
function firstRead({ messages, last }: LogState, isReset: boolean, newest: number): number {
  const index = isReset ? 0 : Math.max(0, messages.length - newest);
  const first = messages[index];
  return first === undefined ? last : first.position - 1;
}

function indexAfter(messages: readonly BufferedMessage[], position: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((messages[middle] as BufferedMessage).position > position) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Up to where so many bytes reach; one message at least. */
function endOf(messages: readonly BufferedMessage[], from: number, maxBytes: number): number {
  let bytes = 0;
  for (let index = from; index < messages.length; index++) {
    bytes += (messages[index] as BufferedMessage).size;
    if (bytes > maxBytes && index > from) return index;
  }
  return messages.length;
}

/** The losses that a reader at this place has to be told of. */
export function untold(losses: readonly Loss[], after: number, freedTo: number, hasHoles: boolean): readonly Loss[] {
  const freedByOthers = freedBeyond({ freedTo, hasHoles, losses }, after);
  const all = lossesAfter(losses, after);
  return freedByOthers === undefined ? all : [...all, freedByOthers];
}
