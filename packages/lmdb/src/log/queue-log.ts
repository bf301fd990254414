/** What the journal knows of a queue: where in the log it stands. */
import { type BufferedMessage, type KnownKey, messageIndexAfter, type ParkedMessage, type Queue } from '@pollux/core/server';
import { type Part, type Segment, type Segments, weightOf } from './segments.ts';

export interface QueueLog {
  /** Whether the queue's first record is on the disk, or on its way there. */
  state: 'unwritten' | 'writing' | 'written';
  /** It changed since it was taken to be written. */
  isDirty: boolean;
  /** Where its newest head stands. */
  head: Segment | undefined;
  /** Messages up to here were written; those behind are to be. */
  writtenTo: number;
  /** Where its messages stand, in the order of their positions. */
  parts: Part[];
  /** Names of keys that are to be written. */
  keys: string[] | undefined;
  /** Parts that are to be written anew. */
  carried: Part[] | undefined;
  /** Parked messages that are to be written, by position; nothing for one that is no more. */
  parked: Map<number, ParkedMessage | undefined> | undefined;
}

const noParts: Part[] = [];

function newLog(): QueueLog {
  return {
    state: 'unwritten',
    isDirty: false,
    head: undefined,
    writtenTo: 0,
    parts: noParts,
    keys: undefined,
    carried: undefined,
    parked: undefined,
  };
}

/** The log of a queue, begun where there is none. */
export function logOf(queue: Queue): QueueLog {
  queue.record ??= newLog();
  return queue.record as QueueLog;
}

/** Notes a parked message, or that one is no more. The head tells how many there are: they go to the disk with it. */
export function noteParked(queue: Queue, position: number, held: ParkedMessage | undefined): void {
  const log = logOf(queue);
  log.parked ??= new Map();
  log.parked.set(position, held);
}

/** Adds a part behind the others. */
export function addPart(log: QueueLog, part: Part): void {
  if (log.parts === noParts) log.parts = [part];
  else log.parts.push(part);
}

/** The messages of a part that are still there. */
export function messagesOf({ queue, from, to }: Part): readonly BufferedMessage[] {
  return queue.messages.slice(messageIndexAfter(queue.messages, from - 1), messageIndexAfter(queue.messages, to));
}

/** A key by its name, where a segment holds it. */
export function keyIn(segment: Segment, queue: Queue, name: string): KnownKey | undefined {
  const known = queue.keys?.get(name);
  return known?.record === segment ? known : undefined;
}

/** Notes that a message is no longer wanted where it was written. */
export function releaseMessage(segments: Segments, queue: Queue, message: BufferedMessage): void {
  const log = queue.record as QueueLog | undefined;
  if (log === undefined || message.position > log.writtenTo) return;
  const index = indexOfPart(log.parts, message.position);
  const part = log.parts[index];
  if (part === undefined || part.from > message.position) return;
  part.messages -= 1;
  if (part.messages === 0) {
    // The first, nearly always.
    if (index === 0) log.parts.shift();
    else log.parts.splice(index, 1);
  }
  segments.release(part.segment, weightOf(message));
}

/** The first part that does not end before a position. */
function indexOfPart(parts: readonly Part[], position: number): number {
  if ((parts[0]?.to ?? 0) >= position) return 0;
  let low = 0;
  let high = parts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((parts[middle]?.to ?? Number.POSITIVE_INFINITY) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}
