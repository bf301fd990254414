/** A message as it stands in a queue's list: `position size accepted waited ttl urgency[=topic]`, a line feed, members. */
import type { Urgency } from '@pollux/core';
import type { BufferedMessage } from '@pollux/core/server';

/** A thousand years: the scripts write and read back whole numbers of up to 14 digits, moments in milliseconds among them. */
export const longestMs = 31_536_000_000_000;

const letters: Readonly<Record<Urgency, string>> = { 'very-low': 'v', low: 'l', normal: 'n', high: 'h' };
const urgencyOf = new Map(Object.entries(letters).map(([urgency, letter]) => [letter, urgency as Urgency]));

export function urgencyLetter(urgency: Urgency): string {
  return letters[urgency];
}

/** A topic without white space, marked as one; empty where there is none. */
export function encodeTopic(topic: string | undefined): string {
  return topic === undefined ? '' : `=${encodeURIComponent(topic)}`;
}

/** A client's own words in one line. Half a character, as a text that was cut may end with, becomes a replacement. */
export function encodeText(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}

/** Reads an element. */
export function parseElement(element: string): BufferedMessage {
  const end = element.indexOf('\n');
  const [position, size, accepted, waited, ttl, last = ''] = element.slice(0, end).split(' ');
  const acceptedMs = Number(accepted);
  return {
    position: Number(position),
    members: element.slice(end + 1),
    size: Number(size),
    acceptedMs,
    waitingSinceMs: acceptedMs - Number(waited),
    expiresMs: acceptedMs + Number(ttl),
    urgency: urgencyOf.get(last.slice(0, 1)) ?? 'normal',
    topic: last.length > 1 ? decodeURIComponent(last.slice(2)) : undefined,
  };
}

/** Writes a message that another buffer held; moments are whole milliseconds here. */
export function formatElement(message: BufferedMessage): string {
  const accepted = Math.floor(message.acceptedMs);
  const waited = Math.max(0, accepted - Math.floor(message.waitingSinceMs));
  const ttl = Math.min(Math.max(0, Math.floor(message.expiresMs) - accepted), longestMs);
  const last = letters[message.urgency] + encodeTopic(message.topic);
  return `${message.position} ${message.size} ${accepted} ${waited} ${ttl} ${last}\n${message.members}`;
}
