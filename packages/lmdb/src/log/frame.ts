/**
 * What a segment says of one queue, as text: a line that is the queue's head, a line of idempotency keys, then messages, each a
 * line of its figures and its members as they are. The head tells which positions belong to the queue: what earlier
 * segments hold beside them has left it.
 */
import type { BufferedMessage, KnownKey, Queue, StoredQueue } from '@pollux/core/server';

/** A queue's own record: everything but its name, its messages, parked messages and keys. */
export type Head = Omit<
  StoredQueue,
  'address' | 'application' | 'epoch' | 'messages' | 'parked' | 'keys' | 'places' | 'endings'
> &
  Required<Pick<StoredQueue, 'places' | 'endings'>> & {
    /** Where its messages stand: the first and the last position of each run. */
    readonly runs: readonly number[];
    /** How many parked messages belong to it. */
    readonly parked: number;
  };

/** A key as it is written; its times are whole milliseconds. */
export type WrittenKey = Pick<KnownKey, 'id' | 'fingerprint' | 'untilMs'> & { readonly key: string };

/** What was read of a queue from one segment. */
export interface Frame {
  readonly head: Head;
  readonly keys: readonly WrittenKey[];
  readonly messages: readonly BufferedMessage[];
}

function runsOf({ messages }: Queue): string {
  const first = messages[0];
  if (first === undefined) return '[]';
  const last = messages.at(-1) ?? first;
  if (last.position - first.position + 1 === messages.length) return `[${first.position},${last.position}]`;
  const runs: number[] = [];
  let before = Number.NEGATIVE_INFINITY;
  for (const { position } of messages) {
    if (position !== before + 1) {
      if (runs.length > 0) runs.push(before);
      runs.push(position);
    }
    before = position;
  }
  return `[${runs},${before}]`;
}

/** JSON of a list that is empty most of the time. */
function listOf(values: readonly unknown[]): string {
  return values.length === 0 ? '[]' : JSON.stringify(values);
}

function placesOf({ places }: Queue): string {
  if (places.length === 0) return '[]';
  return `[${places.map(({ session, handled, untilMs }) => `[${JSON.stringify(session)},${handled},${Math.ceil(untilMs)}]`)}]`;
}

/** A queue's head as the queue stands now. Put together by hand, because it is written with every message. */
export function writeHead(queue: Queue): string {
  const { last, freedTo, handledTo, sentTo, hasHoles, losses, endings, parked } = queue;
  const figures = `${last},${freedTo},${handledTo},${sentTo},${hasHoles ? 1 : 0},${parked?.length ?? 0}`;
  const noted = endings === undefined ? '[]' : listOf([...endings]);
  return `[${figures},${runsOf(queue)},${placesOf(queue)},${listOf(losses)},${noted}]`;
}

type HeadText = readonly [
  last: number,
  freedTo: number,
  handledTo: number,
  sentTo: number,
  hasHoles: number,
  parked: number,
  runs: number[],
  places: (readonly [session: string, handled: number, untilMs: number])[],
  losses: Head['losses'],
  endings: Head['endings'],
];

function readHead(text: string): Head {
  const [last, freedTo, handledTo, sentTo, hasHoles, parked, runs, places, losses, endings] = JSON.parse(text) as HeadText;
  const placesRead = places.map(([session, handled, untilMs]) => ({ session, handled, untilMs }));
  return { last, freedTo, handledTo, sentTo, hasHoles: hasHoles === 1, parked, runs, places: placesRead, losses, endings };
}

/** Keys as a line. */
export function writeKeys(keys: readonly (readonly [key: string, known: KnownKey])[]): string {
  if (keys.length === 0) return '';
  return JSON.stringify(keys.map(([key, { id, fingerprint, untilMs }]) => [key, id, fingerprint, Math.ceil(untilMs)]));
}

function readKeys(text: string): WrittenKey[] {
  if (text === '') return [];
  const keys = JSON.parse(text) as (readonly [key: string, id: string, fingerprint: string, untilMs: number])[];
  return keys.map(([key, id, fingerprint, untilMs]) => ({ key, id, fingerprint, untilMs }));
}

/** A message. The members are JSON already: quoting them would cost more than all else. */
export function writeMessage(message: BufferedMessage): string {
  const { position, members, size, acceptedMs, waitingSinceMs, expiresMs, urgency, topic } = message;
  const accepted = Math.round(acceptedMs);
  // Differences are short, and short to write.
  const waited = Math.round(acceptedMs - waitingSinceMs);
  const lasts = Math.round(expiresMs - acceptedMs);
  const topicText = topic === undefined ? '' : JSON.stringify(topic);
  return `${position},${members.length},${size},${accepted},${waited},${lasts},${urgency},${topicText}\n${members}`;
}

/** A topic may have characters that end a line for a regular expression, though not for the frame. */
const figuresOfMessage = /^(\d+),(\d+),(\d+),(-?\d+),(-?\d+),(-?\d+),([a-z-]+),(.*)$/s;

/** Reads a frame; its text is whole, since its checksum was right. */
export function readFrame(text: string): Frame {
  const headEnd = text.indexOf('\n');
  const keysEnd = text.indexOf('\n', headEnd + 1);
  const messages: BufferedMessage[] = [];
  for (let at = keysEnd + 1; at < text.length; ) {
    const lineEnd = text.indexOf('\n', at);
    const figures = figuresOfMessage.exec(text.slice(at, lineEnd));
    if (figures === null) throw new Error('a frame of the message buffer has a line that is none');
    const [, position, length, size, accepted, waited, lasts, urgency, topic = ''] = figures;
    const end = lineEnd + 1 + Number(length);
    const acceptedMs = Number(accepted);
    messages.push({
      position: Number(position),
      members: text.slice(lineEnd + 1, end),
      size: Number(size),
      acceptedMs,
      waitingSinceMs: acceptedMs - Number(waited),
      expiresMs: acceptedMs + Number(lasts),
      urgency: urgency as BufferedMessage['urgency'],
      topic: topic === '' ? undefined : (JSON.parse(topic) as string),
    });
    at = end;
  }
  return { head: readHead(text.slice(0, headEnd)), keys: readKeys(text.slice(headEnd + 1, keysEnd)), messages };
}
