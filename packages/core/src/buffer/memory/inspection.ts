/** Looking into the in-memory table without touching it. */

import { addressKey } from '../address.ts';
import type { AddressSummary, BufferInspection, QueueSummary } from '../inspection.ts';
import type { BufferedMessage } from '../message-buffer.ts';
import type { MemoryContext } from './context.ts';
import { indexAfter, type Queue } from './queue.ts';
import { storedQueue } from './restoring.ts';
import type { AddressEntry } from './table.ts';

export function createMemoryInspection(context: MemoryContext): BufferInspection {
  const { table } = context;
  return {
    totals() {
      const { entries, epochs, messages, bytes, parked } = table;
      return { addresses: entries.size, queues: epochs.size, messages, bytes, parked };
    },
    addresses({ filter, after = 0, limit, includeEmpty = false }) {
      const wanted = filter?.toLowerCase();
      const found: AddressSummary[] = [];
      for (const entry of table.entries.values()) {
        if (wanted !== undefined && !describes(entry, wanted)) continue;
        const summary = summariseAddress(entry);
        if (includeEmpty || summary.messages > 0 || hasParked(entry)) found.push(summary);
      }
      found.sort(
        (a, b) => b.messages - a.messages || b.bytes - a.bytes || (addressKey(a.address) < addressKey(b.address) ? -1 : 1),
      );
      return { rows: found.slice(after, after + limit), total: found.length };
    },
    queues(address) {
      const entry = table.entries.get(address);
      return entry === undefined ? [] : [...entry.queues.values()].map((queue) => summariseQueue(queue, context.now()));
    },
    peek(name, { after = 0, limit, parked = false }) {
      const queue = table.find(name);
      if (queue === undefined) return [];
      const messages: readonly BufferedMessage[] = parked ? (queue.parked ?? []).map(({ message }) => message) : queue.messages;
      const from = indexAfter(messages, after);
      return messages.slice(from, from + limit);
    },
    async *everything() {
      for (const queue of [...table.epochs.values()]) if (!queue.isRemoved) yield storedQueue(queue);
    },
  };
}

function describes(entry: AddressEntry, wanted: string): boolean {
  const name = entry.address.kind === 'everyone' ? 'everyone' : entry.address.name;
  return name.toLowerCase().includes(wanted);
}

function hasParked(entry: AddressEntry): boolean {
  for (const queue of entry.queues.values()) if ((queue.parked?.length ?? 0) > 0) return true;
  return false;
}

function summariseAddress(entry: AddressEntry): AddressSummary {
  let messages = 0;
  let bytes = 0;
  let oldest: number | undefined;
  for (const queue of entry.queues.values()) {
    messages += queue.messages.length;
    bytes += queue.bytes;
    const first = queue.messages[0];
    if (first !== undefined && (oldest === undefined || first.acceptedMs < oldest)) oldest = first.acceptedMs;
  }
  return { address: entry.address, applications: entry.queues.size, messages, bytes, oldestAcceptedMs: oldest };
}

function summariseQueue(queue: Queue, nowMs: number): QueueSummary {
  return {
    address: queue.address,
    application: queue.application,
    epoch: queue.epoch,
    messages: queue.messages.length,
    bytes: queue.bytes,
    parked: queue.parked?.length ?? 0,
    last: queue.last,
    oldestAcceptedMs: queue.messages[0]?.acceptedMs,
    nextExpiryMs: queue.nextExpiryMs === Number.POSITIVE_INFINITY ? undefined : queue.nextExpiryMs,
    sessions: queue.places.filter((place) => place.untilMs > nowMs).map(({ session, handled }) => ({ session, handled })),
    losses: [...queue.losses],
  };
}
