/** Beginning anew from the file: whole queues go back into the table, damaged ones begin a new life with what is intact. */
import { type BufferedMessage, type KnownKey, type MemoryContext, type ParkedMessage, restoreQueue } from '@pollux/core/server';
import { written } from './journal.ts';
import { type QueueRecord, readKey, readMessage, readParked, readQueue } from './queue-record.ts';
import { parseKey, type RecordKey, recordKey, unseal } from './record.ts';
import type { Store } from './store.ts';

/** The format of the file that this version writes. */
export const formatVersion = 1;

export const formatKey: RecordKey = recordKey('format');

/** What was found. */
export interface Loaded {
  /** Records that were not what had been written. */
  readonly damaged: number;
  /** Queues that had to begin a new life, so that whoever follows them hears of a gap. */
  readonly renewed: number;
  /** Records that are no longer wanted in the file. */
  readonly leftover: readonly RecordKey[];
}

interface Found {
  record: QueueRecord | undefined;
  readonly messages: BufferedMessage[];
  readonly parked: ParkedMessage[];
  readonly keys: (KnownKey & { readonly key: string })[];
  readonly names: RecordKey[];
  isDamaged: boolean;
}

/**
 * Whether the file was there before.
 * @throws Error where it is of a later version than this program
 */
export function checkFormat(store: Store, path: string): boolean {
  const sealed = store.get(formatKey);
  if (sealed === undefined) return store.records()[Symbol.iterator]().next().done !== true;
  const text = unseal(formatKey, sealed);
  const version = text === undefined ? Number.NaN : Number(text);
  if (version === formatVersion) return true;
  const found = Number.isNaN(version) ? 'a format that cannot be read: it is damaged' : `format ${version}`;
  throw new Error(
    `The message buffer ${path} has ${found}; this program writes and reads format ${formatVersion}. ` +
      'Start it with the version of Pollux that wrote it. Put it aside to begin empty.',
  );
}

function readInto(found: Found, { kind, which }: ReturnType<typeof parseKey>, text: string): void {
  switch (kind) {
    case 'queue':
      found.record = readQueue(text);
      break;
    case 'message':
      found.messages.push(readMessage(text));
      break;
    case 'parked':
      found.parked.push(readParked(text));
      break;
    case 'key':
      found.keys.push({ key: which, ...readKey(text) });
      break;
  }
}

/** Reads every record, by the queue it belongs to. */
function gather(store: Store): { readonly queues: ReadonlyMap<string, Found>; readonly damaged: number } {
  const queues = new Map<string, Found>();
  let damaged = 0;
  for (const [key, sealed] of store.records()) {
    if (key === formatKey) continue;
    const parsed = parseKey(key);
    const { epoch } = parsed;
    let found = queues.get(epoch);
    if (found === undefined) {
      found = { record: undefined, messages: [], parked: [], keys: [], names: [], isDamaged: false };
      queues.set(epoch, found);
    }
    found.names.push(key);
    const text = unseal(key, sealed);
    if (text === undefined) {
      damaged += 1;
      found.isDamaged = true;
    } else readInto(found, parsed, text);
  }
  return { queues, damaged };
}

/** Whether something that belongs to the queue is not there. */
function isIncomplete({ record, messages, parked, isDamaged }: Found): boolean {
  return isDamaged || messages.length !== record?.messages || parked.length !== record.parked;
}

/**
 * Puts everything back into the table. Sessions get their lifetime to come back: their places hold for `keepMs` from now.
 * With `renewsAll` every queue begins a new life, because nobody can tell which of them lost what was written last.
 */
export function load(store: Store, context: MemoryContext, newEpoch: () => string, keepMs: number, renewsAll: boolean): Loaded {
  const { queues, damaged } = gather(store);
  const leftover: RecordKey[] = [];
  const untilMs = context.now() + keepMs;
  const unwritten = { ...context, journal: undefined };
  let renewed = 0;
  for (const found of queues.values()) {
    const { record, messages, parked, keys, names } = found;
    // The file has them in the order of their names.
    messages.sort((a, b) => a.position - b.position);
    parked.sort((a, b) => a.message.position - b.message.position);
    if (record === undefined) {
      // Nobody can tell whose these were; who followed their epoch hears of a reset.
      leftover.push(...names);
      renewed += 1;
      continue;
    }
    const isRenewed = renewsAll || isIncomplete(found);
    if (isRenewed) {
      leftover.push(...names);
      renewed += 1;
    }
    const places = isRenewed
      ? []
      : (record.places ?? []).map((place) => ({ ...place, untilMs: Math.max(place.untilMs, untilMs) }));
    // Under the old epoch a cursor could claim what is no longer there.
    const epoch = isRenewed ? newEpoch() : record.epoch;
    // What stands in the file as it is need not be written again.
    const into = isRenewed ? context : unwritten;
    restoreQueue(into, { ...record, epoch, messages, parked, keys: isRenewed ? [] : keys, places });
    const queue = context.table.epochs.get(epoch);
    if (queue !== undefined) queue.record = written;
  }
  return { damaged, renewed, leftover };
}
