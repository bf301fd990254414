/** Parked messages as records of their own: they are few, and lie for long. */
import type { BufferedMessage, ParkedMessage } from '@pollux/core/server';

/** A message: its figures as a line of JSON, then its members as they are. */
export function readMessage(text: string): BufferedMessage {
  const end = text.indexOf('\n');
  const head = JSON.parse(text.slice(0, end)) as Omit<BufferedMessage, 'members'>;
  const { position, size, acceptedMs, waitingSinceMs, expiresMs, urgency, topic } = head;
  return { position, members: text.slice(end + 1), size, acceptedMs, waitingSinceMs, expiresMs, urgency, topic };
}

export function writeParked({ message, reason }: ParkedMessage): string {
  const { members, ...head } = message;
  return `${JSON.stringify(reason)}\n${JSON.stringify(head)}\n${members}`;
}

export function readParked(text: string): ParkedMessage {
  const end = text.indexOf('\n');
  return { reason: JSON.parse(text.slice(0, end)) as string, message: readMessage(text.slice(end + 1)) };
}
