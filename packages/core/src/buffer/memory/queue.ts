/** One queue of the in-memory table: the record, and what changes it without knowing the table. */
import { lossWithin } from '../losses.ts';
import type { BufferedMessage, Loss, QueueName, QueueReading, Removal } from '../message-buffer.ts';
import type { AddressEntry } from './table.ts';

/** How far a session has handled, kept until a moment of the steady clock. */
export interface SessionPlace {
  readonly session: string;
  handled: number;
  untilMs: number;
}

export interface KnownKey {
  readonly id: string;
  readonly fingerprint: string;
  readonly untilMs: number;
  /** For the journal's own use. */
  record: unknown;
}

export interface ParkedMessage {
  readonly message: BufferedMessage;
  readonly reason: string;
}

/** A reading with the bound that it was made under. */
export interface PlainReading extends QueueReading {
  readonly maxBytes: number;
}

export interface Queue extends QueueName {
  readonly entry: AddressEntry;
  readonly epoch: string;
  /** Pending messages in order of position. */
  readonly messages: BufferedMessage[];
  bytes: number;
  isRemoved: boolean;
  /** The last position assigned. */
  last: number;
  /** The last position that readers may see: `last`, but where a journal has yet to write what came. */
  settled: number;
  places: SessionPlace[];
  /** Messages up to here may have been freed by acknowledgement. */
  freedTo: number;
  /** The furthest that any session has handled. */
  handledTo: number;
  /** The furthest that any session is known to have been sent. */
  sentTo: number;
  losses: Loss[];
  /** Collapsed and withdrawn positions lie behind: counts of what was freed are not known. */
  hasHoles: boolean;
  /** The earliest moment at which a message can expire. */
  nextExpiryMs: number;
  lastUsedMs: number;
  /** The moment at which the sweep looks at this queue. */
  dueMs: number;
  topics: Map<string, BufferedMessage> | undefined;
  keys: Map<string, KnownKey> | undefined;
  parked: ParkedMessage[] | undefined;
  /** How the last few messages ended that left neither loss nor acknowledgement behind. */
  endings: Map<number, Removal['reason']> | undefined;
  /** The last reading in which nothing was lost or freed; it stands until a message comes or leaves. */
  lastReading: PlainReading | undefined;
  /** For the journal's own use. */
  record: unknown;
}

/** The index of the first message after a position. */
export function indexAfter(messages: readonly BufferedMessage[], position: number): number {
  const first = messages[0];
  if (first === undefined || first.position > position) return 0;
  let low = 1;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((messages[middle]?.position ?? Number.POSITIVE_INFINITY) > position) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The message at a position. */
export function messageAt(queue: Queue, position: number): BufferedMessage | undefined {
  const found = queue.messages[indexAfter(queue.messages, position - 1)];
  return found?.position === position ? found : undefined;
}

/** Where a recipient's first read starts: before the oldest message that is held. */
export function startOf(queue: Queue): number {
  const first = queue.messages[0];
  return first === undefined ? queue.settled : Math.min(first.position - 1, queue.settled);
}

/** Where a first read of a log starts: before its newest `n` messages. */
export function startOfNewest(queue: Queue, n: number): number {
  const end = indexAfter(queue.messages, queue.settled);
  const first = n <= 0 || end === 0 ? undefined : queue.messages[Math.max(0, end - n)];
  return first === undefined ? queue.settled : first.position - 1;
}

/** How many messages a returning session missed because this recipient's other sessions freed them. */
export function freedBeyond(
  queue: Readonly<Pick<Queue, 'freedTo' | 'hasHoles'>> & { readonly losses: readonly Loss[] },
  after: number,
): Loss | undefined {
  if (queue.freedTo <= after) return undefined;
  let count: number | undefined = queue.hasHoles ? undefined : queue.freedTo - after;
  for (const loss of queue.losses) {
    const lost = lossWithin(loss, after, queue.freedTo);
    count = count === undefined || lost === undefined ? undefined : count - lost;
  }
  return count === 0 ? undefined : { reason: 'acknowledged', from: after + 1, to: queue.freedTo, count };
}

/** Notes an ending that nothing else records; the oldest note goes first. */
export function noteEnding(queue: Queue, position: number, reason: Removal['reason']): void {
  queue.endings ??= new Map();
  queue.endings.set(position, reason);
  if (queue.endings.size <= endingsKept) return;
  for (const oldest of queue.endings.keys()) {
    queue.endings.delete(oldest);
    return;
  }
}

const endingsKept = 64;
