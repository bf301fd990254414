/** Format 2: a log of segments, with a record for each queue's name and each parked message. */
import type { BufferedMessage, ParkedMessage, Queue, QueueName, StoredQueue, Table } from '@pollux/core/server';
import { type Frame, type Head, readFrame, type WrittenKey } from '../log/frame.ts';
import type { State } from '../log/gather.ts';
import { addPart, logOf } from '../log/queue-log.ts';
import { openSegment } from '../log/segment-record.ts';
import { headWeight, keyWeight, type Segment, type Segments, weightOf } from '../log/segments.ts';
import { readParked } from '../parked-record.ts';
import { formatKey, parseKey, type RecordKey, stateKey, unseal } from '../record.ts';
import type { Store } from '../store.ts';
import type { Found, FoundQueue } from './found.ts';

/** Something in the log, with the newest segment that tells of it. */
interface At<T> {
  readonly what: T;
  readonly segment: Segment;
}

/** What was found of one queue. */
interface Collected {
  readonly epoch: string;
  name: QueueName | undefined;
  head: At<Head> | undefined;
  readonly messages: Map<number, At<BufferedMessage>>;
  readonly keys: Map<string, At<WrittenKey>>;
  readonly parked: ParkedMessage[];
  readonly names: RecordKey[];
  /** Records and frames of it that were not what had been written. */
  damaged: number;
}

function newCollected(epoch: string): Collected {
  const [messages, keys] = [new Map(), new Map()];
  return { epoch, name: undefined, head: undefined, messages, keys, parked: [], names: [], damaged: 0 };
}

function addFrame(found: Collected, segment: Segment, { head, keys, messages }: Frame): void {
  found.head = { what: head, segment };
  segment.total += headWeight + keys.length * keyWeight;
  for (const key of keys) found.keys.set(key.key, { what: key, segment });
  for (const message of messages) {
    found.messages.set(message.position, { what: message, segment });
    segment.total += weightOf(message);
  }
}

/** The messages that the head says belong to the queue; fewer than it says where some are missing. */
function wantedOf({ head, messages }: Collected): { readonly wanted: At<BufferedMessage>[]; readonly isWhole: boolean } {
  const wanted: At<BufferedMessage>[] = [];
  let isWhole = true;
  const runs = head?.what.runs ?? [];
  for (let index = 0; index < runs.length; index += 2) {
    const [from = 0, to = -1] = runs.slice(index, index + 2);
    for (let position = from; position <= to; position++) {
      const message = messages.get(position);
      if (message === undefined) isWhole = false;
      else wanted.push(message);
    }
  }
  return { wanted, isWhole };
}

/** Notes in the segments what is wanted of them, and with the queue where it stands. */
function placeQueue(queue: Queue, { head, keys }: Collected, wanted: readonly At<BufferedMessage>[]): void {
  const log = logOf(queue);
  log.state = 'written';
  log.writtenTo = queue.last;
  for (const { what, segment } of wanted) {
    const last = log.parts.at(-1);
    segment.live += weightOf(what);
    if (last?.segment === segment) {
      last.to = what.position;
      last.messages += 1;
      continue;
    }
    const part = { segment, queue, from: what.position, to: what.position, messages: 1, keys: undefined };
    addPart(log, part);
    segment.parts.push(part);
  }
  const keysIn = new Map<Segment, string[]>();
  for (const [name, { segment }] of keys) {
    const known = queue.keys?.get(name);
    if (known === undefined) continue;
    known.record = segment;
    segment.live += keyWeight;
    const names = keysIn.get(segment);
    if (names === undefined) keysIn.set(segment, [name]);
    else names.push(name);
  }
  if (head !== undefined) {
    log.head = head.segment;
    head.segment.live += headWeight;
    if (!keysIn.has(head.segment)) keysIn.set(head.segment, []);
  }
  for (const [segment, names] of keysIn) segment.parts.push({ segment, queue, from: 1, to: 0, messages: 0, keys: names });
}

function conclude(found: Collected, table: Table, nowMs: number): FoundQueue {
  const { epoch, name, head, keys, parked, names, damaged } = found;
  if (name === undefined || head === undefined) return { stored: undefined, isDamaged: true, names, former: [] };
  const { runs: _, parked: parkedCount, ...rest } = head.what;
  const { wanted, isWhole } = wantedOf(found);
  const remembered = [...keys.values()].map(({ what }) => what).filter(({ untilMs }) => untilMs > nowMs);
  const messages = wanted.map(({ what }) => what);
  const stored: StoredQueue = { ...name, epoch, ...rest, messages, parked, keys: remembered };
  return {
    stored,
    isDamaged: damaged > 0 || !isWhole || parked.length !== parkedCount,
    names,
    former: [],
    place() {
      const queue = table.epochs.get(epoch);
      if (queue !== undefined) placeQueue(queue, found, wanted);
    },
  };
}

/** Reads the log and what stands beside it. */
export function findInFormat2(store: Store, segments: Segments, table: Table, nowMs: number): Found {
  const queues = new Map<string, Collected>();
  const ruined: RecordKey[] = [];
  let state: string | undefined;
  let damaged = 0;
  let isDoubtful = false;

  function of(epoch: string): Collected {
    const known = queues.get(epoch) ?? newCollected(epoch);
    queues.set(epoch, known);
    return known;
  }

  function readSegment(key: RecordKey, which: string, record: Buffer): void {
    const frames = openSegment(key, record);
    if (frames === undefined) {
      ruined.push(key);
      // It is taken away under this key: none that is written with that may have it.
      if (Number.isSafeInteger(Number(which))) segments.startAfter(Number(which));
      damaged += 1;
      isDoubtful = true;
      return;
    }
    const segment = segments.found(Number(which));
    for (const { epoch, text } of frames) {
      if (text === undefined) of(epoch).damaged += 1;
      else addFrame(of(epoch), segment, readFrame(text));
    }
  }

  for (const [key, record] of store.records()) {
    const { kind, epoch, which } = parseKey(key);
    if (kind === 'segment') {
      readSegment(key, which, record);
      continue;
    }
    const text = unseal(key, record);
    if (key === formatKey) continue;
    if (key === stateKey) {
      state = text;
      continue;
    }
    const found = of(epoch);
    found.names.push(key);
    if (text === undefined) found.damaged += 1;
    else if (kind === 'queue') found.name = JSON.parse(text) as QueueName;
    else if (kind === 'parked') found.parked.push(readParked(text));
  }
  const { count, last } = state === undefined ? { count: 0, last: 0 } : (JSON.parse(state) as State);
  if (count !== segments.count + ruined.length) {
    damaged += 1;
    isDoubtful = true;
  }
  segments.startAfter(last);
  for (const { parked } of queues.values()) parked.sort((a, b) => a.message.position - b.message.position);
  // What the log tells of others is of queues that are gone: whole or not, nobody misses it.
  const named = [...queues.values()].filter(({ names }) => names.length > 0);
  for (const found of named) damaged += found.damaged;
  return { queues: named.map((found) => conclude(found, table, nowMs)), damaged, isDoubtful, ruined };
}
