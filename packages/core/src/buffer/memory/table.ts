/** The two-tier hash table itself: address -> application -> queue, its bytes, and when each queue is due. */
import type { Address } from '../../protocol/types.ts';
import type { QueueName } from '../message-buffer.ts';
import { AddressMap } from './address-map.ts';
import type { Queue } from './queue.ts';

/** The first tier's value: one address with its queues by application. */
export interface AddressEntry {
  readonly address: Address;
  readonly queues: Map<string, Queue>;
  bytes: number;
  /** What its keys could give when they were looked through in vain, and until when that is not done again for more. */
  spare: { readonly bytes: number; readonly untilMs: number } | undefined;
}

/** What an empty queue, and a remembered key, count for in the bounds of address and server. */
const stubBytes = 512;
export const keyBytes = 160;

export interface Table {
  readonly entries: AddressMap<AddressEntry>;
  /** Queues by their epoch, to find a message by its id. */
  readonly epochs: Map<string, Queue>;
  bytes: number;
  messages: number;
  parked: number;
  find(name: QueueName): Queue | undefined;
  /** Finds or makes a queue; `epoch` is that of one to make. */
  open(name: QueueName, nowMs: number, epoch?: string): Queue;
  remove(queue: Queue): void;
  /** Has the sweep look at a queue at a moment, unless it looks earlier already. */
  schedule(queue: Queue, atMs: number): void;
  /** The next so many queues, each in its turn. */
  round(count: number): Iterable<Queue>;
  /** Queues that are due, each once. */
  due(nowMs: number): Queue[];
}

export function createTable(newEpoch: () => string): Table {
  // Queues by the second in which they are due.
  const calendar = new Map<number, Set<Queue>>();
  let lookedAt = Number.NEGATIVE_INFINITY;

  const table: Table = {
    entries: new AddressMap(),
    epochs: new Map(),
    bytes: 0,
    messages: 0,
    parked: 0,
    find: ({ address, application }) => table.entries.get(address)?.queues.get(application),
    open(name, nowMs, epoch) {
      let entry = table.entries.get(name.address);
      if (entry === undefined) {
        entry = { address: name.address, queues: new Map(), bytes: 0, spare: undefined };
        table.entries.set(name.address, entry);
      }
      const known = entry.queues.get(name.application);
      if (known !== undefined) return known;
      const queue = newQueue(entry, name.application, epoch ?? newEpoch(), nowMs);
      entry.queues.set(name.application, queue);
      entry.bytes += stubBytes;
      table.bytes += stubBytes;
      table.epochs.set(queue.epoch, queue);
      return queue;
    },
    remove(queue) {
      const { entry } = queue;
      queue.isRemoved = true;
      const held = queue.bytes + stubBytes + (queue.keys?.size ?? 0) * keyBytes + parkedBytes(queue);
      entry.bytes -= held;
      table.bytes -= held;
      table.messages -= queue.messages.length;
      table.parked -= queue.parked?.length ?? 0;
      table.epochs.delete(queue.epoch);
      calendar.get(secondOf(queue.dueMs))?.delete(queue);
      entry.queues.delete(queue.application);
      if (entry.queues.size === 0) table.entries.delete(entry.address);
    },
    schedule(queue, atMs) {
      if (atMs >= queue.dueMs) return;
      const second = secondOf(Math.max(atMs, lookedAt * 1000 + 1));
      if (queue.dueMs !== Number.POSITIVE_INFINITY) calendar.get(secondOf(queue.dueMs))?.delete(queue);
      queue.dueMs = second * 1000;
      const day = calendar.get(second);
      if (day === undefined) calendar.set(second, new Set([queue]));
      else day.add(queue);
    },
    *round(count) {
      for (let left = Math.min(count, table.epochs.size); left >= 1; left--) {
        let next = walk.next();
        if (next.done) {
          walk = table.epochs.values();
          next = walk.next();
        }
        if (next.done) return;
        yield next.value;
      }
    },
    due(nowMs) {
      const now = Math.floor(nowMs / 1000);
      const found: Queue[] = [];
      const take = (second: number, queues: Set<Queue>): void => {
        calendar.delete(second);
        for (const queue of queues) {
          queue.dueMs = Number.POSITIVE_INFINITY;
          found.push(queue);
        }
      };
      if (now - lookedAt > calendar.size) {
        for (const [second, queues] of calendar) if (second <= now) take(second, queues);
      } else {
        for (let second = lookedAt + 1; second <= now; second++) {
          const queues = calendar.get(second);
          if (queues !== undefined) take(second, queues);
        }
      }
      lookedAt = Math.max(lookedAt, now);
      return found;
    },
  };
  let walk = table.epochs.values();
  return table;
}

/** The first whole second that is not before a moment. */
function secondOf(ms: number): number {
  return Math.ceil(ms / 1000);
}

function parkedBytes(queue: Queue): number {
  let bytes = 0;
  for (const { message } of queue.parked ?? []) bytes += message.size;
  return bytes;
}

function newQueue(entry: AddressEntry, application: string, epoch: string, nowMs: number): Queue {
  return {
    entry,
    address: entry.address,
    application,
    epoch,
    messages: [],
    isRemoved: false,
    bytes: 0,
    last: 0,
    settled: 0,
    places: [],
    freedTo: 0,
    handledTo: 0,
    sentTo: 0,
    losses: [],
    hasHoles: false,
    nextExpiryMs: Number.POSITIVE_INFINITY,
    lastUsedMs: nowMs,
    dueMs: Number.POSITIVE_INFINITY,
    topics: undefined,
    keys: undefined,
    parked: undefined,
    endings: undefined,
    lastReading: undefined,
    record: undefined,
  };
}
