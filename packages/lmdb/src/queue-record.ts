/** Queues, messages, parked messages and keys as text, and back. */
import type { BufferedMessage, KnownKey, ParkedMessage, Queue, StoredQueue } from '@pollux/core/server';

/** What stands in a queue's own record: everything but its messages, parked messages and keys. */
export type QueueRecord = Omit<StoredQueue, 'messages' | 'parked' | 'keys'> & {
  /** How many messages and parked messages belong to it: fewer found means that some are lost. */
  readonly messages: number;
  readonly parked: number;
};

/** A queue's record as the queue stands now; what is appended and not yet written is written with it. */
export function writeQueue(queue: Queue): string {
  const { address, application, epoch, last, freedTo, handledTo, sentTo, hasHoles, losses, places, endings } = queue;
  const record: QueueRecord = {
    address,
    application,
    epoch,
    last,
    freedTo,
    handledTo,
    sentTo,
    hasHoles,
    losses,
    places,
    endings: [...(endings ?? [])],
    messages: queue.messages.length,
    parked: queue.parked?.length ?? 0,
  };
  return JSON.stringify(record);
}

export function readQueue(text: string): QueueRecord {
  return JSON.parse(text) as QueueRecord;
}

/** The members are JSON already and stand behind the rest as they are: quoting them would cost more than all else. */
export function writeMessage({ members, ...head }: BufferedMessage): string {
  return `${JSON.stringify(head)}\n${members}`;
}

export function readMessage(text: string): BufferedMessage {
  const end = text.indexOf('\n');
  const head = JSON.parse(text.slice(0, end)) as Omit<BufferedMessage, 'members'>;
  const { position, size, acceptedMs, waitingSinceMs, expiresMs, urgency, topic } = head;
  return { position, members: text.slice(end + 1), size, acceptedMs, waitingSinceMs, expiresMs, urgency, topic };
}

export function writeParked({ message, reason }: ParkedMessage): string {
  return `${JSON.stringify(reason)}\n${writeMessage(message)}`;
}

export function readParked(text: string): ParkedMessage {
  const end = text.indexOf('\n');
  return { reason: JSON.parse(text.slice(0, end)) as string, message: readMessage(text.slice(end + 1)) };
}

export function writeKey(known: KnownKey): string {
  return JSON.stringify(known);
}

export function readKey(text: string): KnownKey {
  return JSON.parse(text) as KnownKey;
}
