/** Parked messages as records of their own: they are few, and lie for long. */
import type { ParkedMessage } from '@pollux/core/server';
import { readMessage } from './load/format-1.ts';

export function writeParked({ message, reason }: ParkedMessage): string {
  const { members, ...head } = message;
  return `${JSON.stringify(reason)}\n${JSON.stringify(head)}\n${members}`;
}

export function readParked(text: string): ParkedMessage {
  const end = text.indexOf('\n');
  return { reason: JSON.parse(text.slice(0, end)) as string, message: readMessage(text.slice(end + 1)) };
}
