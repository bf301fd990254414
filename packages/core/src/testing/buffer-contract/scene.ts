/** What a case of the message buffer contract works with: one fresh buffer, entries, and readers that act as sessions. */
import type {
  AppendEntry,
  AppendOutcome,
  ExchangeRequest,
  MaybePromise,
  MessageBuffer,
  Place,
  QueueExchange,
  QueueName,
  QueueReading,
} from '../../buffer/message-buffer.ts';
import type { StoredQueue } from '../../buffer/stored-queue.ts';
import type { Limits } from '../../protocol/limits.ts';
import { attendedClock } from '../../protocol/system-environment.ts';
import type { Address, GapReason } from '../../protocol/types.ts';
import type { Expectation, Runner } from '../runner.ts';

/** One open buffer, fresh and nobody else's. */
export interface OpenBuffer extends AsyncDisposable {
  readonly buffer: MessageBuffer;
  /** Moves the buffer's clock on. Without it the suite sleeps, 1.5 s at most at a time. */
  clockAdvance?(ms: number): MaybePromise<void>;
}

export interface BufferOptions {
  /** Bounds that differ from the defaults. */
  readonly limits: Partial<Limits>;
}

export interface BufferCase {
  /** The clause of docs/protocol.md, or `port` for what only the interface says. */
  readonly clause: string;
  readonly title: string;
  readonly limits?: Partial<Limits>;
  run(scene: BufferScene): Promise<void>;
}

export interface ReadOptions {
  /** @default 1 MiB */
  readonly maxBytes?: number;
  /** @default 60 s */
  readonly keepMs?: number;
  readonly newest?: number;
  readonly retain?: true;
  readonly limit?: Place;
}

/** A session at one queue. */
export interface Reader {
  readonly session: string;
  /** Received up to. */
  readonly place: Place | undefined;
  /** Says what was handled and reads on; advances `place` to the end of what came. */
  next(options?: ReadOptions): Promise<QueueReading>;
  /** Says from the next exchange on that everything received, or everything up to a place, was handled. */
  handle(place?: Place): void;
  /** Reads from another place next. */
  seek(place: Place | undefined): void;
}

export interface BufferScene {
  readonly buffer: MessageBuffer;
  expect(actual: unknown): Expectation;
  /** Appends one entry for each text to a queue, in one call. */
  put(texts: readonly (string | number)[], more?: Partial<AppendEntry>): Promise<readonly AppendOutcome[]>;
  /** The same for one text; gives the id. @throws Error where it was not stored */
  putOne(text: string | number, more?: Partial<AppendEntry>): Promise<string>;
  reader(session: string, queue?: Partial<QueueName>): Reader;
  exchange(request: Partial<ExchangeRequest> & Pick<ExchangeRequest, 'queues'>): Promise<readonly QueueReading[]>;
  pass(ms: number): Promise<void>;
  /** Lets whatever else there is to do in the process come first: a buffer may be writing. */
  turn(): Promise<void>;
}

export const alice: Address = { kind: 'recipient', name: 'alice' };
/** One of many recipients. */
export const user = (n: number): Address => ({ kind: 'recipient', name: `user ${n}` });
export const everybody: Address = { kind: 'everyone' };
export const staff: Address = { kind: 'group', name: 'staff' };
export const aliceOrders: QueueName = { address: alice, application: 'orders' };

/** Bytes that every entry counts for unless a case says otherwise. */
const entrySize = 100;

/** An entry for alice's queue of `orders` with everything else at rest. */
export function entryOf(text: string | number, more: Partial<AppendEntry> = {}): AppendEntry {
  return {
    ...aliceOrders,
    members: `"text":${JSON.stringify(text)}`,
    size: entrySize,
    ttlSeconds: 3600,
    urgency: 'normal',
    topic: undefined,
    key: undefined,
    fingerprint: String(text),
    overflow: 'reject',
    ...more,
  };
}

/** An empty queue of alice's as another buffer left it. */
export function storedOf(epoch: string, more: Partial<StoredQueue> = {}): StoredQueue {
  return {
    ...aliceOrders,
    epoch,
    last: 0,
    freedTo: 0,
    handledTo: 0,
    sentTo: 0,
    hasHoles: false,
    losses: [],
    messages: [],
    parked: [],
    keys: [],
    ...more,
  };
}

/** The texts of what was read. */
export function textsOf(reading: QueueReading): readonly unknown[] {
  return reading.messages.map((message) => (JSON.parse(`{${message.members}}`) as { readonly text: unknown }).text);
}

/** Reasons and counts of a reading's losses, as told. */
export function lossesOf(reading: QueueReading): readonly (readonly [GapReason, number | undefined])[] {
  return reading.losses.map((loss) => [loss.reason, loss.count] as const);
}

function createReader(scene: Pick<BufferScene, 'exchange'>, session: string, queue: QueueName): Reader {
  let handled: Place | undefined;
  let read: Place | undefined;
  return {
    session,
    get place() {
      return read;
    },
    next: async ({ maxBytes = 1_048_576, keepMs = 60_000, ...more } = {}) => {
      const asked: QueueExchange = { ...queue, handled, read, ...more };
      const [reading] = await scene.exchange({ session, queues: [asked], maxBytes, keepMs });
      if (reading === undefined) throw new Error('an exchange of one queue gave no reading');
      const end = reading.more ? (reading.messages.at(-1)?.position ?? reading.after) : reading.last;
      read = { epoch: reading.epoch, position: end };
      return reading;
    },
    handle: (place) => {
      handled = place ?? read;
    },
    seek: (place) => {
      read = place;
    },
  };
}

/** Makes the surroundings of one case. */
export function createScene(open: OpenBuffer, runner: Runner): BufferScene {
  const { buffer } = open;
  const advance = open.clockAdvance?.bind(open);
  const scene: BufferScene = {
    buffer,
    expect: (actual) => runner.expect(actual),
    put: async (texts, more) => buffer.append(texts.map((text) => entryOf(text, more))),
    putOne: async (text, more) => {
      const [outcome] = await scene.put([text], more);
      if (outcome?.kind !== 'stored') throw new Error(`an entry was not stored: ${JSON.stringify(outcome)}`);
      return outcome.id;
    },
    reader: (session, queue) => createReader(scene, session, { ...aliceOrders, ...queue }),
    exchange: async (request) => buffer.exchange({ session: 's', maxBytes: 1_048_576, keepMs: 60_000, ...request }),
    pass: async (ms) => {
      if (advance !== undefined) await advance(ms);
      else await new Promise<void>((done) => void attendedClock.setTimeout(() => done(), ms + 20));
    },
    turn: () => new Promise<void>((done) => void attendedClock.setTimeout(() => done(), 0)),
  };
  return scene;
}
