/** What a message buffer does with its queues, in the words of the design, without any of its cleverness. */

import { addressKey } from '../../src/buffer/address.ts';
import type { AppendEntry, AppendOutcome, QueueExchange, QueueName } from '../../src/buffer/message-buffer.ts';
import type { Limits } from '../../src/protocol/limits.ts';
import {
  beforeNewest,
  beginning,
  bytesOf,
  type Ending,
  expire,
  held,
  last,
  lossesBetween,
  newReferenceQueue,
  type ReferenceMessage,
  type ReferenceQueue,
} from './reference-queue.ts';

/** What is expected of one exchange. */
export interface ExpectedReading {
  readonly queue: ReferenceQueue;
  readonly after: number;
  readonly reset: boolean;
  readonly messages: readonly ReferenceMessage[];
  readonly freed: number;
  readonly last: number;
  readonly losses: ReadonlyMap<Ending, number>;
}

export interface ReferenceBuffer {
  readonly queues: Map<string, ReferenceQueue>;
  /** Endings that the buffer has not told yet, as `epoch/position/ending`, with their moments. */
  readonly endings: Map<string, number>;
  now(): number;
  advance(ms: number): void;
  queue(name: QueueName): ReferenceQueue;
  append(entry: AppendEntry): AppendOutcome['kind'] | 'address-full';
  exchange(asked: QueueExchange, session: string, keepMs: number): ExpectedReading;
  forget(session: string, names: readonly QueueName[]): void;
  take(queue: ReferenceQueue, position: number, how: 'park' | 'withdraw' | 'purge'): boolean;
  erase(name: QueueName): number;
}

export const nameOf = ({ address, application }: QueueName): string => JSON.stringify([addressKey(address), application]);

export function createReferenceBuffer(limits: Limits): ReferenceBuffer {
  const queues = new Map<string, ReferenceQueue>();
  const endings = new Map<string, number>();
  let nowMs = 0;

  const end =
    (queue: ReferenceQueue) =>
    (message: ReferenceMessage, ending: Ending): void => {
      message.ending ??= ending;
      message.finally = ending;
      endings.set(`${queue.epoch}/${message.position}/${ending}`, ending === 'expired' ? message.expiresMs : nowMs);
    };

  const touch = (name: QueueName): ReferenceQueue => {
    const key = nameOf(name);
    const queue = queues.get(key) ?? newReferenceQueue(key, name.address.kind === 'recipient', nowMs);
    queues.set(key, queue);
    queue.lastUsedMs = nowMs;
    return queue;
  };

  /** Whether a message fits among others, replacing one of its topic or not. */
  const fits = (pending: readonly ReferenceMessage[], entry: AppendEntry): boolean => {
    const others = pending.filter(({ entry: { topic } }) => topic === undefined || topic !== entry.topic);
    const replaced = pending.length - others.length;
    const bytes = bytesOf(others) + entry.size;
    return (
      others.length + 1 <= limits.queueMessages && (bytes <= limits.queueBytes || (replaced > 0 && bytes <= bytesOf(pending)))
    );
  };

  /** Drops what may be dropped for a message to fit, or nothing where that is not enough. */
  const makeRoom = (queue: ReferenceQueue, entry: AppendEntry): boolean => {
    const pending = held(queue);
    if (fits(pending, entry)) return true;
    // What some session acknowledged never causes a refusal.
    const free = pending.filter(({ position }) => position <= queue.handledTo).length;
    let first = 0;
    while (!fits(pending.slice(first), entry)) {
      if (first >= pending.length || (first >= free && entry.overflow === 'reject')) return false;
      first++;
    }
    for (const message of pending.slice(0, first)) end(queue)(message, 'overflow');
    return true;
  };

  const append = (entry: AppendEntry): AppendOutcome['kind'] | 'address-full' => {
    const queue = touch(entry);
    const known = entry.key === undefined ? undefined : queue.keys.get(entry.key);
    if (known !== undefined && known.untilMs > nowMs) return known.fingerprint === entry.fingerprint ? 'duplicate' : 'conflict';
    if (!makeRoom(queue, entry)) return 'full';
    for (const message of held(queue))
      if (entry.topic !== undefined && message.entry.topic === entry.topic) end(queue)(message, 'collapsed');
    const message = {
      position: last(queue) + 1,
      entry,
      expiresMs: nowMs + entry.ttlSeconds * 1000,
      ending: undefined,
      finally: undefined,
      isParked: false,
    };
    queue.messages.push(message);
    if (entry.key !== undefined) {
      const untilMs = message.expiresMs + limits.keySeconds * 1000;
      queue.keys.set(entry.key, { fingerprint: entry.fingerprint, position: message.position, untilMs });
    }
    return 'stored';
  };

  return {
    queues,
    endings,
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
      for (const queue of queues.values()) expire(queue, nowMs, end(queue));
    },
    queue: touch,
    append,
    exchange: (asked, session, keepMs) =>
      exchangeReference(touch(asked), asked, { session, keepMs, nowMs, end: end(touch(asked)) }),
    forget: (session, names) => {
      for (const name of names) queues.get(nameOf(name))?.places.delete(session);
    },
    take: (queue, position, how) => takeReference(queue, position, how, end(queue)),
    erase: (name) => {
      const queue = touch(name);
      const gone = queue.messages.filter(({ ending, isParked }) => ending === undefined || isParked);
      for (const message of gone) end(queue)(message, 'erased');
      queues.delete(queue.key);
      return gone.length;
    },
  };
}

interface ExchangeTerms {
  readonly session: string;
  readonly keepMs: number;
  readonly nowMs: number;
  readonly end: (message: ReferenceMessage, ending: Ending) => void;
}

function exchangeReference(
  queue: ReferenceQueue,
  asked: QueueExchange,
  { session, keepMs, nowMs, end }: ExchangeTerms,
): ExpectedReading {
  const stands = (place: { epoch: string; position: number } | undefined): boolean =>
    place === undefined || (place.epoch === queue.epoch && place.position <= last(queue));
  // Where reading goes on in this life of the queue, the reset was told: an old acknowledgement is only void.
  const reset = !stands(asked.read ?? asked.handled);
  const handled = !reset && stands(asked.handled) ? asked.handled : undefined;
  const limit = asked.limit !== undefined && asked.limit.epoch === queue.epoch ? asked.limit.position : last(queue);
  const first = queue.isOwn || reset ? beginning(queue) : beforeNewest(queue, asked.newest ?? 0);
  const after = reset || asked.read === undefined ? first : Math.min(asked.read.position, limit);
  let freed = 0;
  if (queue.isOwn) {
    const begin = handled === undefined ? beginning(queue) : 0;
    const place = queue.places.get(session) ?? { handled: begin, untilMs: 0 };
    queue.places.set(session, place);
    place.untilMs = Math.max(place.untilMs, nowMs + keepMs);
    if (handled !== undefined) place.handled = Math.max(place.handled, Math.min(handled.position, limit));
    queue.handledTo = Math.max(queue.handledTo, place.handled);
    if (asked.retain !== true) freed = freeReference(queue, nowMs, end);
  }
  const messages = held(queue).filter(({ position }) => position > after);
  return { queue, after, reset, messages, freed, last: last(queue), losses: lossesBetween(queue, after, last(queue)) };
}

/** Frees up to the lowest place that is kept. */
function freeReference(queue: ReferenceQueue, nowMs: number, end: ExchangeTerms['end']): number {
  for (const [session, place] of queue.places) if (place.untilMs <= nowMs) queue.places.delete(session);
  const lowest = Math.min(...[...queue.places.values()].map(({ handled }) => handled));
  const free = held(queue).filter(({ position }) => position <= lowest);
  for (const message of free) end(message, 'acknowledged');
  return free.length;
}

function takeReference(
  queue: ReferenceQueue,
  position: number,
  how: 'park' | 'withdraw' | 'purge',
  end: ExchangeTerms['end'],
): boolean {
  const message = queue.messages[position - 1];
  const ending = how === 'park' ? 'parked' : how === 'withdraw' ? 'withdrawn' : 'purged';
  if (message === undefined) return false;
  if (message.ending === undefined) {
    message.isParked = how === 'park';
    end(message, ending);
    return true;
  }
  if (!message.isParked || how === 'park') return false;
  message.isParked = false;
  end(message, ending);
  return true;
}
