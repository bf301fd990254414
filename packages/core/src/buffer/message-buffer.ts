/**
 * The message buffer port: address -> application -> bounded, ordered queue.
 *
 * Written for three kinds of store: memory answers at once, without a promise; an embedded one after its group commit;
 * a shared remote one over the network, waking other nodes through `watch`. Implementers:
 * - positions of a queue MUST start at 1, grow, and MUST NOT be reused within an epoch;
 * - an epoch MUST carry at least 64 random bits and MUST change whenever a position could have been lost or reused;
 * - a message MUST leave only by acknowledgement, expiry, the stated overflow rule, collapse, withdrawal, parking,
 *   purge or erasure; never because it was read;
 * - `append` MUST answer only when the entry is worth `supports.grade`.
 */
import type { Address, GapReason, Grade, Urgency } from '../protocol/types.ts';
import type { BufferInspection } from './inspection.ts';
import type { StoredQueue } from './stored-queue.ts';

export type MaybePromise<T> = T | PromiseLike<T>;

/** One message as stored. Shared by all who read it; nobody changes it. */
export interface BufferedMessage {
  readonly position: number;
  /** The message's JSON members other than id and cursor, without braces; one string for all recipients. */
  readonly members: string;
  /** UTF-8 bytes that it counts for in the bounds. */
  readonly size: number;
  readonly acceptedMs: number;
  /** Since when its application's latency budget runs: its acceptance, or that of the first message it replaces. */
  readonly waitingSinceMs: number;
  readonly expiresMs: number;
  readonly urgency: Urgency;
  readonly topic: string | undefined;
}

/** What happens to a publish that meets a full queue. */
export type OverflowRule = 'reject' | 'drop-oldest';

export interface QueueName {
  readonly address: Address;
  readonly application: string;
}

export interface AppendEntry extends QueueName {
  /** The members of the message that do not depend on its position, joined by commas, without braces. */
  readonly members: string;
  readonly size: number;
  readonly ttlSeconds: number;
  readonly urgency: Urgency;
  readonly topic: string | undefined;
  readonly key: string | undefined;
  /** A digest of the content: the same key with another one is a conflict. */
  readonly fingerprint: string;
  readonly overflow: OverflowRule;
}

export type AppendOutcome =
  | { readonly kind: 'stored'; readonly id: string; readonly position: number; readonly collapsed?: string }
  | { readonly kind: 'duplicate'; readonly id: string }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'full'; readonly bound: 'queue' | 'address' | 'buffer' };

/** A place in one life of a queue. */
export interface Place {
  readonly epoch: string;
  readonly position: number;
}

export interface QueueExchange extends QueueName {
  /** Handled up to: the acknowledgement, never beyond what the queue holds; `undefined` says nothing. */
  readonly handled: Place | undefined;
  /** Read on after this place; `undefined` at a first poll. */
  readonly read: Place | undefined;
  /** Where the epoch is the same, neither acknowledge nor skip beyond this place: all that the session was sent. */
  readonly limit?: Place | undefined;
  /** Where a first read of a group's or everyone's queue begins: before its newest `n` messages. @default 0 */
  readonly newest?: number;
  /** For the buffer's own use: it may keep here what finds the queue again. */
  hint?: unknown;
  /** Messages stay until they expire, whoever acknowledged them. */
  readonly retain?: true;
}

export interface ExchangeRequest {
  readonly session: string;
  readonly queues: readonly QueueExchange[];
  /** Bytes of messages after which reading one queue stops (at least one message is read). */
  readonly maxBytes: number;
  /** Milliseconds that the session's place is kept without another exchange. */
  readonly keepMs: number;
}

/** A loss in a queue: what stood at positions `from` to `to` and left without being handled by all. */
export interface Loss {
  readonly reason: GapReason;
  readonly from: number;
  readonly to: number;
  /** Unknown where neighbouring losses had to be merged. */
  readonly count: number | undefined;
}

export interface QueueReading {
  readonly epoch: string;
  /** The place that reading started after. */
  readonly after: number;
  /** The last position assigned. */
  readonly last: number;
  readonly messages: readonly BufferedMessage[];
  /** More messages follow the ones read. */
  readonly more: boolean;
  /** Losses after `after`, in order of position. */
  readonly losses: readonly Loss[];
  /** The place asked for belongs to another epoch, or lies beyond the end. */
  readonly reset: boolean;
  /** Messages that this exchange's acknowledgement freed. */
  readonly freed: number;
}

/** A queue with nothing to read for a session, as it was then. */
export interface QuietQueue extends QueueName {
  readonly epoch: string;
  /** The last position that was assigned. */
  readonly last: number;
}

/** Why a message left, told to watchers. `positions` are those of one queue. */
export interface Removal extends QueueName {
  readonly reason: 'acknowledged' | 'expired' | 'overflow' | 'collapsed' | 'withdrawn' | 'parked' | 'purged' | 'erased';
  readonly ids: readonly string[];
}

export interface BufferWatcher {
  /** Something was appended by another node to a queue that this node has read lately; MAY be lost. */
  appended?(queue: QueueName): void;
  /** Asked before a removal is put together, so that one nobody wants costs nothing. Default: all are wanted. */
  wants?(reason: Removal['reason']): boolean;
  /** Messages left, on this node. */
  removed?(removal: Removal): void;
  /** Another node announced that a recipient is disconnected; MAY be told more than once. */
  disconnected?(recipient: string): void;
  /** Something failed on this node: a record is damaged, the disk is full, the connection was lost. */
  failed?(failure: BufferFailure): void;
}

export type MessageState =
  | {
      readonly state: 'pending';
      readonly queue: QueueName;
      readonly message: BufferedMessage;
      readonly place: Place;
      /** A session that is gone, or has polled since, was sent it. */
      readonly sent: boolean;
      /** A session, which may be gone, acknowledged it. */
      readonly handled: boolean;
      /** Sessions whose places are kept, of any server, and from before this one was started. */
      readonly places?: readonly { readonly session: string; readonly handled: number }[];
    }
  | { readonly state: 'parked'; readonly queue: QueueName; readonly message: BufferedMessage; readonly reason: string }
  | { readonly state: 'gone'; readonly queue: QueueName; readonly reason: Removal['reason'] | 'unknown' };

/** How a buffer is. */
export interface BufferHealth {
  /** `degraded`: works, but something was lost or may be; `failed`: stores nothing. */
  readonly state: 'ok' | 'degraded' | 'failed';
  /** A sentence for operators, where there is something to say. */
  readonly detail?: string;
  /** Numbers worth watching, by name in camel case with its unit: `fileBytes`, `damagedRecords`. */
  readonly figures?: Readonly<Record<string, number>>;
}

/** A failure that no caller was told, or that concerns more than one caller. */
export interface BufferFailure {
  readonly stage: 'append' | 'exchange' | 'sweep' | 'take' | 'watch' | 'open';
  /** A sentence for operators. */
  readonly reason: string;
}

export interface MessageBuffer {
  readonly supports: { readonly grade: Grade; readonly durable: boolean; readonly shared: boolean };
  /** Stores each entry or says why not, each by itself, in order. */
  append(entries: readonly AppendEntry[], signal?: AbortSignal): MaybePromise<readonly AppendOutcome[]>;
  /** Acknowledges and reads many queues for one session in one go; answers in the order asked. */
  exchange(request: ExchangeRequest, signal?: AbortSignal): MaybePromise<readonly QueueReading[]>;
  /**
   * Whether any of these queues is another than it was: a message came, or its epoch or positions changed. For a buffer of
   * which a wake-up may be lost, and which answers this for less than an exchange; it keeps no places. `keepMs` as for an
   * exchange. Left out by a buffer without such a way: exchanges do it.
   */
  look?(queues: readonly QuietQueue[], keepMs: number): MaybePromise<boolean>;
  /**
   * Forgets a session's places, so that they hold nothing back; `limit` is as far as it was sent. Without a session, `''`,
   * only that is told.
   */
  forget(session: string, queues: readonly (QueueName & { readonly limit?: Place | undefined })[]): MaybePromise<void>;
  /** Looks a message up by its id. */
  find(id: string): MaybePromise<MessageState | undefined>;
  /** Takes one message out, keeping the rest: parked messages stay visible, withdrawn ones leave no gap. */
  take(
    id: string,
    how: { readonly kind: 'park'; readonly reason: string } | { readonly kind: 'withdraw' } | { readonly kind: 'purge' },
  ): MaybePromise<boolean>;
  /** Erases an address with everything in it, of one application or of all; returns the number of messages. */
  erase(address: Address, application?: string): MaybePromise<number>;
  /**
   * Takes a queue over from another buffer with its epoch, positions, losses, keys and parked messages, so that cursors
   * stand; `false`, having changed nothing, where there is such a queue already.
   */
  restore(queue: StoredQueue): MaybePromise<boolean>;
  watch(watcher: BufferWatcher): () => void;
  /**
   * Tells every other node that a recipient is disconnected; a node that could not be reached then MUST hear of it once it is
   * back. Left out by a buffer that one node has alone.
   */
  announceDisconnect?(recipient: string): MaybePromise<void>;
  /** How it is, at once. Left out by a buffer that cannot be otherwise than well. */
  health?(): BufferHealth;
  readonly inspect: BufferInspection;
  /** Idempotent. After it every operation throws `buffer-unavailable`. */
  close(): Promise<void>;
}
