/**
 * Idempotency keys: remembered until their time is over, and given up before a message is. A day's keys may weigh more than all
 * that waits, so from half of a bound on they go the earlier the less room there is, those that would end first.
 */
import { parseMessageId } from '../../protocol/cursor.ts';
import type { MemoryContext } from './context.ts';
import { type KnownKey, messageAt, type Queue } from './queue.ts';
import { type AddressEntry, keyBytes } from './table.ts';

/** Of the keys that may go, how many do at least when room is made: to look through all of them for each message takes long. */
const leastShare = 1 / 4;
/** Milliseconds after a look in vain: who goes on publishing to a full address is refused at little cost. */
const vainMs = 1000;
/** Seconds in which all queues are gone through while the buffer is more than half full. */
const roundSeconds = 300;
const leastQueues = 1000;
/** Keys that one sweep looks through at most, and those of one queue more: some milliseconds. */
const mostKeys = 50_000;

/** Remembers a key, in place of one whose time is over. */
export function rememberKey(context: MemoryContext, queue: Queue, key: string, known: KnownKey): void {
  const { table, limits, journal } = context;
  queue.keys ??= new Map();
  const former = queue.keys.get(key);
  queue.keys.set(key, known);
  if (former !== undefined) journal?.unkeyed(queue, former);
  journal?.keyed(queue, key);
  if (former !== undefined) return;
  queue.entry.bytes += keyBytes;
  table.bytes += keyBytes;
  // A message that drops another to fit takes no more room, but its key does.
  const excess = queue.entry.bytes - limits.addressBytes;
  if (excess > 0) giveUpKeys(context, queue.entry, excess);
}

/** Forgets the keys whose time is over, and where there is little room those that end soon. */
export function forgetKeys(context: MemoryContext, queue: Queue, nowMs: number): void {
  if (queue.keys === undefined) return;
  const soonMs = nowMs + hasteMs(context, queue.entry);
  for (const [key, known] of queue.keys)
    if (known.untilMs <= nowMs || (known.untilMs <= soonMs && !isBuffered(queue, known))) forget(context, queue, key, known);
}

/** Forgets keys in good time while the buffer is more than half full: goes through some queues, round and round. */
export function forgetKeysInGoodTime(context: MemoryContext, nowMs: number): void {
  const { table, limits } = context;
  if (table.bytes <= limits.bufferBytes / 2) return;
  let looked = 0;
  for (const queue of table.round(Math.max(leastQueues, table.epochs.size / roundSeconds))) {
    looked += queue.keys?.size ?? 0;
    forgetKeys(context, queue, nowMs);
    if (looked > mostKeys) return;
  }
}

/** Gives up keys of an address until so many bytes are free; `false`, having changed nothing, where that cannot be. */
export function giveUpKeys(context: MemoryContext, entry: AddressEntry, bytes: number): boolean {
  const nowMs = context.now();
  if (entry.spare !== undefined && nowMs < entry.spare.untilMs && bytes > entry.spare.bytes) return false;
  const found: { readonly queue: Queue; readonly key: string; readonly known: KnownKey }[] = [];
  for (const queue of entry.queues.values())
    for (const [key, known] of queue.keys ?? []) if (!isBuffered(queue, known)) found.push({ queue, key, known });
  if (found.length * keyBytes < bytes) {
    entry.spare = { bytes: found.length * keyBytes, untilMs: nowMs + vainMs };
    return false;
  }
  const count = Math.ceil(Math.max(bytes / keyBytes, found.length * leastShare));
  found.sort((a, b) => a.known.untilMs - b.known.untilMs);
  for (const { queue, key, known } of found.slice(0, count)) forget(context, queue, key, known);
  return true;
}

/** Milliseconds before their time at which keys may go: none until half of a bound is taken, all of their time where all is. */
function hasteMs({ table, limits }: MemoryContext, entry: AddressEntry): number {
  const fullness = Math.max(table.bytes / limits.bufferBytes, entry.bytes / limits.addressBytes);
  return Math.max(0, 2 * fullness - 1) * (limits.ttlSeconds + limits.keySeconds) * 1000;
}

/** Whether a key's message still waits. */
function isBuffered(queue: Queue, { id }: KnownKey): boolean {
  return messageAt(queue, parseMessageId(id)?.position ?? 0) !== undefined;
}

function forget({ table, journal }: MemoryContext, queue: Queue, key: string, known: KnownKey): void {
  queue.keys?.delete(key);
  journal?.unkeyed(queue, known);
  queue.entry.bytes -= keyBytes;
  table.bytes -= keyBytes;
  if (queue.keys?.size === 0) queue.keys = undefined;
}
