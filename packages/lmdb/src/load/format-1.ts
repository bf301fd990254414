/** Format 1, which had a record for each message and each key. It is read only: a file of it is written anew when it is opened. */
import type { BufferedMessage, StoredKey, StoredQueue } from '@pollux/core/server';
import { readMessage, readParked } from '../parked-record.ts';
import { formatKey, parseKey, type RecordKey, recordKey, unseal } from '../record.ts';
import type { Store } from '../store.ts';
import type { Found, FoundQueue } from './found.ts';

/** A queue's record: how many messages and parked messages belong to it, fewer found means that some are lost. */
type QueueRecord = Omit<StoredQueue, 'messages' | 'parked' | 'keys'> & { readonly messages: number; readonly parked: number };

/** What was found of one queue. */
interface Collected {
  record: QueueRecord | undefined;
  readonly messages: BufferedMessage[];
  readonly parked: StoredQueue['parked'][number][];
  readonly keys: StoredKey[];
  readonly names: RecordKey[];
  isDamaged: boolean;
}

function readInto(found: Collected, { kind, which }: ReturnType<typeof parseKey>, text: string): void {
  switch (kind) {
    case 'queue':
      found.record = JSON.parse(text) as QueueRecord;
      break;
    case 'message':
      found.messages.push(readMessage(text));
      break;
    case 'parked':
      found.parked.push(readParked(text));
      break;
    case 'key':
      found.keys.push({ key: which, ...(JSON.parse(text) as Omit<StoredKey, 'key'>) });
      break;
  }
}

function conclude(epoch: string, { record, messages, parked, keys, names, isDamaged }: Collected): FoundQueue {
  if (record === undefined) return { stored: undefined, isDamaged: true, names, former: [] };
  // The file has them in the order of their names.
  messages.sort((a, b) => a.position - b.position);
  parked.sort((a, b) => a.message.position - b.message.position);
  return {
    stored: { ...record, messages, parked, keys },
    isDamaged: isDamaged || messages.length !== record.messages || parked.length !== record.parked,
    names,
    // Its own record is written again under the same key, and parked ones stay as they are.
    former: names.filter((name) => name !== recordKey('queue', epoch) && parseKey(name).kind !== 'parked'),
  };
}

/** Reads every record, by the queue it belongs to. */
export function findInFormat1(store: Store): Found {
  const queues = new Map<string, Collected>();
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
  return { queues: [...queues].map(([epoch, found]) => conclude(epoch, found)), damaged, isDoubtful: false, ruined: [] };
}
