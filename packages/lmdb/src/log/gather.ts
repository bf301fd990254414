/** Makes what one transaction writes: the new state of queues as segments, and which segments go. */
import { type BufferedMessage, type KnownKey, messageIndexAfter, type Queue } from '@pollux/core/server';
import { writeParked } from '../parked-record.ts';
import { recordKey, seal, stateKey } from '../record.ts';
import type { Change } from '../store.ts';
import { writeHead, writeKeys, writeMessage } from './frame.ts';
import { addPart, keyIn, logOf, messagesOf, type QueueLog } from './queue-log.ts';
import { sealSegment } from './segment-record.ts';
import { type Dead, headWeight, keyWeight, type Part, type Segment, type Segments, weightOf } from './segments.ts';

/** Characters after which a segment is full: small ones find room in the file more easily. */
const segmentCharacters = 65_536;

/** About how many characters of sparse segments one transaction writes anew. */
const mostCarried = 262_144;

/** Written with every transaction, to know of a segment that is missing. */
export interface State {
  /** How many segments there are. */
  readonly count: number;
  /** The number of the last that was begun. */
  readonly last: number;
}

const noKeys: ReturnType<typeof unwrittenKeys> = [];

interface Builder {
  /** The segment that takes what is written next. */
  current(): Segment;
  /** Puts a frame into it. */
  put(epoch: string, text: string): void;
  /** Ends it. */
  end(): void;
}

function createBuilder(segments: Segments, changes: Change[]): Builder {
  let segment: Segment | undefined;
  let frames: { epoch: string; text: string }[] = [];
  let characters = 0;

  function end(): void {
    if (segment !== undefined) changes.push([segment.key, sealSegment(segment.key, frames)]);
    segment = undefined;
    frames = [];
    characters = 0;
  }

  return {
    current() {
      segment ??= segments.begin();
      return segment;
    },
    put(epoch, text) {
      frames.push({ epoch, text });
      characters += text.length;
      if (characters >= segmentCharacters) end();
    },
    end,
  };
}

/** A part without messages: a segment finds a queue by it whose head or keys it holds. */
function emptyPart(segment: Segment, queue: Queue, keys: readonly string[] | undefined): Part {
  return { segment, queue, from: 1, to: 0, messages: 0, keys };
}

/** Keys that are remembered and stand in no segment. */
function unwrittenKeys(queue: Queue, names: readonly string[]): readonly (readonly [name: string, known: KnownKey])[] {
  return [...new Set(names)].flatMap((name) => {
    const known = queue.keys?.get(name);
    return known === undefined || known.record !== undefined ? [] : [[name, known] as const];
  });
}

function holdKeys(segment: Segment, queue: Queue, keys: ReturnType<typeof unwrittenKeys>, segments: Segments): void {
  const names = keys.map(([name]) => name);
  segment.parts.push(emptyPart(segment, queue, names));
  for (const [, known] of keys) {
    known.record = segment;
    segments.hold(segment, keyWeight);
  }
}

/** Writes a queue as it stands: its head, its new keys and messages, and those that are carried on. */
function writeQueue(queue: Queue, log: QueueLog, segments: Segments, builder: Builder): void {
  const head = writeHead(queue);
  const keys = log.keys === undefined ? noKeys : unwrittenKeys(queue, log.keys);
  let segment = builder.current();
  let text = `${head}\n${writeKeys(keys)}\n`;

  function lay(messages: readonly BufferedMessage[]): Part[] {
    const parts: Part[] = [];
    let part: Part | undefined;
    for (const message of messages) {
      if (text.length - head.length >= segmentCharacters) {
        builder.put(queue.epoch, text);
        segment = builder.current();
        text = `${head}\n\n`;
        part = undefined;
      }
      text += writeMessage(message);
      if (part === undefined) {
        part = { segment, queue, from: message.position, to: message.position, messages: 0, keys: undefined };
        parts.push(part);
        segment.parts.push(part);
      }
      part.to = message.position;
      part.messages += 1;
      segments.hold(segment, weightOf(message));
    }
    return parts;
  }

  if (keys.length > 0) holdKeys(segment, queue, keys, segments);
  if (log.carried !== undefined) carry(log, segments, lay);
  if (log.writtenTo < queue.last) {
    const from = messageIndexAfter(queue.messages, log.writtenTo);
    for (const part of lay(queue.messages.slice(from))) addPart(log, part);
  }
  builder.put(queue.epoch, text);
  if (log.head !== undefined) segments.release(log.head, headWeight);
  segments.hold(segment, headWeight);
  if (segment.parts.at(-1)?.queue !== queue) segment.parts.push(emptyPart(segment, queue, undefined));
  log.head = segment;
  log.keys = undefined;
  log.writtenTo = queue.last;
}

/** Writes parts anew; what stood between others stands between them still. */
function carry(log: QueueLog, segments: Segments, lay: (messages: readonly BufferedMessage[]) => Part[]): void {
  const { carried = [] } = log;
  log.carried = undefined;
  log.parts = log.parts.flatMap((part) => {
    if (!carried.includes(part)) return [part];
    const messages = messagesOf(part);
    for (const message of messages) segments.release(part.segment, weightOf(message));
    return lay(messages);
  });
}

/** Marks what is wanted of a sparse segment to be written anew; returns the queues that it is of. */
function* carryOn(segment: Segment, segments: Segments): Generator<Queue> {
  for (const part of segment.parts) {
    const { queue, keys } = part;
    if (queue.isRemoved) continue;
    const log = logOf(queue);
    let isWanted = log.head === segment;
    if (part.messages > 0) {
      log.carried ??= [];
      log.carried.push(part);
      isWanted = true;
    }
    for (const name of keys ?? []) {
      const known = keyIn(segment, queue, name);
      if (known === undefined) continue;
      segments.releaseKey(known);
      log.keys ??= [];
      log.keys.push(name);
      isWanted = true;
    }
    if (isWanted) yield queue;
  }
}

/** All changes that write these queues, and sparse segments anew, and take dead ones away. */
export function gather(queues: Iterable<Queue>, segments: Segments, which: Dead): Change[] {
  const changes: Change[] = [];
  const all = new Set(queues);
  for (const segment of segments.takeSparse(mostCarried)) for (const queue of carryOn(segment, segments)) all.add(queue);
  const builder = createBuilder(segments, changes);
  for (const queue of all) {
    if (queue.isRemoved) continue;
    const log = logOf(queue);
    if (log.state === 'unwritten') {
      const key = recordKey('queue', queue.epoch);
      changes.push([key, seal(key, JSON.stringify({ address: queue.address, application: queue.application }))]);
    }
    for (const [position, held] of log.parked ?? []) {
      const key = recordKey('parked', queue.epoch, position);
      changes.push([key, held === undefined ? undefined : seal(key, writeParked(held))]);
    }
    log.parked = undefined;
    writeQueue(queue, log, segments, builder);
  }
  builder.end();
  for (const { key } of segments.takeDead(which)) changes.push([key, undefined]);
  const state: State = { count: segments.count, last: segments.last };
  changes.push([stateKey, seal(stateKey, JSON.stringify(state))]);
  return changes;
}
