/**
 * The record of what the message buffer accepted and let go of, kept beside it. Checks compare what servers and clients
 * say with it; nothing in the product reads it.
 */
import { addressKey } from '../../src/buffer/address.ts';
import type { AppendEntry, AppendOutcome, MessageBuffer, QueueName, Removal } from '../../src/buffer/message-buffer.ts';
import { parseMessageId } from '../../src/protocol/cursor.ts';
import { slackMs } from './slow-store.ts';
import type { World } from './world.ts';

export type Leaving = Removal['reason'] | 'killed';

export interface LedgerEntry extends AppendEntry {
  readonly id: string;
  readonly epoch: string;
  readonly position: number;
  readonly acceptedMs: number;
  /** The store failed after it had stored this, and the server does not know. */
  isDoubtful: boolean;
  left: { readonly reason: Leaving; readonly atMs: number } | undefined;
}

/** One life of a queue. */
export interface Life extends QueueName {
  readonly epoch: string;
  readonly key: string;
  /** By position: the first is at index 0. */
  readonly entries: LedgerEntry[];
  /** When it ended: the server was killed, the queue erased, or its stub forgotten. */
  endedMs: number | undefined;
}

export interface Ledger {
  readonly byId: ReadonlyMap<string, LedgerEntry>;
  readonly lives: ReadonlyMap<string, Life>;
  /** The life that a queue leads now, as far as anything was seen of it. */
  lifeOf(name: QueueName): Life | undefined;
  /** An epoch was seen on the wire for a queue: the same one for ever, and of no other queue. */
  sight(name: QueueName, epoch: string): Life | undefined;
  /** Wraps a buffer so that this ledger knows all that happens in it. */
  record(buffer: MessageBuffer): MessageBuffer;
  /** The store failed after it had stored a message. */
  doubt(id: string): void;
  /** The server was killed: everything in its memory is gone. */
  end(): void;
}

export const keyOf = ({ address, application }: QueueName): string => `${application} ${addressKey(address)}`;

export function createLedger(world: () => World): Ledger {
  const byId = new Map<string, LedgerEntry>();
  const lives = new Map<string, Life>();
  const current = new Map<string, Life>();

  const sight = (name: QueueName, epoch: string): Life | undefined => {
    const { fail, time } = world();
    const key = keyOf(name);
    const known = lives.get(epoch);
    if (known !== undefined) {
      if (known.key !== key) fail('I5', `epoch ${epoch} is of ${known.key} and of ${key}`);
      // A slow store's answer may be older than the end.
      if (known.endedMs !== undefined && known.endedMs < time.elapsedMs - slackMs(world()))
        fail('I5', `epoch ${epoch} of ${key} ended at ${known.endedMs} and is used again`);
      return known;
    }
    const before = current.get(key);
    if (before !== undefined) {
      before.endedMs ??= time.elapsedMs;
      const held = before.entries.filter(({ left }) => left === undefined);
      if (held.length > 0) fail('I1', `${key}: a new epoch while ${held.length} messages of the old one were held`);
    }
    const life: Life = { address: name.address, application: name.application, epoch, key, entries: [], endedMs: undefined };
    lives.set(epoch, life);
    current.set(key, life);
    return life;
  };

  /** The same key does not make two messages while it is remembered. */
  const checkKey = (life: Life | undefined, { key, id, acceptedMs }: LedgerEntry): void => {
    const { fail, settings } = world();
    const sinceMs = acceptedMs - (settings.limits.keySeconds ?? 0) * 1000;
    const twin = life?.entries.find((entry) => key !== undefined && entry.key === key && entry.acceptedMs > sinceMs);
    if (twin !== undefined) fail('I2', `${id} repeats ${twin.id}: both have key ${key}`);
  };

  const noteAppend = (entry: AppendEntry, outcome: AppendOutcome | undefined): void => {
    const { fail, time, note } = world();
    if (outcome?.kind !== 'stored') return note(`${outcome?.kind} ${keyOf(entry)}`);
    const { id, position } = outcome;
    const epoch = parseMessageId(id)?.epoch ?? '';
    const life = sight(entry, epoch);
    note(`stored ${id} ${keyOf(entry)}`);
    if (byId.has(id)) fail('I5', `id ${id} was given twice`);
    if (life?.entries.length !== position - 1)
      fail('I5', `position ${position} follows ${life?.entries.length} in ${keyOf(entry)}`);
    const stored: LedgerEntry = { ...entry, id, epoch, position, acceptedMs: time.elapsedMs, isDoubtful: false, left: undefined };
    checkKey(life, stored);
    byId.set(id, stored);
    life?.entries.push(stored);
  };

  const checkLeaving = ({ id, acceptedMs, ttlSeconds, application, address }: LedgerEntry, reason: Leaving): void => {
    const { fail, time, pages, settings } = world();
    const ageMs = time.elapsedMs - acceptedMs;
    // A withdrawal lives as long as the message that it withdraws, rounded up to a second.
    if (reason === 'expired' && ageMs < ttlSeconds * 1000 - 1000)
      fail('I1', `${id} expired after ${ageMs} ms of ${ttlSeconds} s`);
    const rule = settings.applications[application]?.overflow ?? (address.kind === 'recipient' ? 'reject' : 'drop-oldest');
    if (reason !== 'overflow' || rule !== 'reject') return;
    const isDone = pages.some((page) => address.kind === 'recipient' && page.recipient === address.name && page.isDoneWith(id));
    if (!isDone) fail('bound', `${id} was dropped to make room, against its application's rule`);
  };

  const noteRemoval = ({ reason, ids }: Removal): void => {
    const { fail, time, note, count } = world();
    for (const id of ids) {
      const entry = byId.get(id);
      note(`left ${id} ${reason}`);
      count(`left-${reason}`);
      if (entry === undefined) fail('I2', `${id} left (${reason}) and had never come`);
      else checkLeaving(entry, reason);
      if (entry === undefined) continue;
      // A parked one leaves for good later.
      else if (entry.left !== undefined && entry.left.reason !== 'parked')
        fail('I5', `${id} left twice: ${entry.left.reason}, ${reason}`);
      else entry.left ??= { reason, atMs: time.elapsedMs };
    }
    if (reason === 'acknowledged') for (const id of ids) world().host.checkFreed(byId.get(id));
  };

  return {
    byId,
    lives,
    lifeOf: (name) => current.get(keyOf(name)),
    sight,
    record: (buffer) => {
      buffer.watch({ removed: noteRemoval });
      return {
        ...buffer,
        // One by one, so that what one of them pushes out is known by then.
        append: (entries, signal) =>
          entries.map((entry) => {
            const outcomes = buffer.append([entry], signal);
            if ('then' in outcomes || outcomes[0] === undefined) throw new Error('the ledger records an in-memory buffer');
            noteAppend(entry, outcomes[0]);
            return outcomes[0];
          }),
        erase: (address, application) => {
          const erased = buffer.erase(address, application);
          for (const [key, life] of current) {
            if (
              addressKey(life.address) !== addressKey(address) ||
              (application !== undefined && life.application !== application)
            )
              continue;
            life.endedMs = world().time.elapsedMs;
            current.delete(key);
          }
          return erased;
        },
      };
    },
    doubt: (id) => {
      const entry = byId.get(id);
      if (entry !== undefined) entry.isDoubtful = true;
    },
    end: () => {
      const atMs = world().time.elapsedMs;
      for (const life of current.values()) {
        life.endedMs = atMs;
        for (const entry of life.entries) entry.left ??= { reason: 'killed', atMs };
      }
      current.clear();
    },
  };
}
