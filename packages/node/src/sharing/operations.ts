/**
 * What two processes say to each other about a message buffer, one JSON text per line:
 *
 * - a joined process asks `[number, operation, ...arguments]`, with numbers from 1 on;
 * - the owner answers `[number, value]`, or `[number, null, failure]`; answers come in any order;
 * - the owner tells `[0, kind, value]`: `hello` first, then what `Told` names.
 */
import type { Address, Problem } from '@pollux/core';
import type {
  AddressSummary,
  AppendEntry,
  AppendOutcome,
  BufferedMessage,
  BufferFailure,
  BufferHealth,
  BufferInspection,
  ExchangeRequest,
  MaybePromise,
  MessageBuffer,
  MessageState,
  QueueName,
  QueueReading,
  QueueSummary,
  QuietQueue,
  Removal,
  StoredQueue,
} from '@pollux/core/server';

/** Of what is said here. Both sides are of one release, or do not speak. */
export const formatVersion = 2;

/** The port as it is asked for over a socket. What is not there is left out: JSON has no `undefined`. */
export interface Operations {
  append(entries: readonly AppendEntry[]): MaybePromise<readonly AppendOutcome[]>;
  exchange(request: ExchangeRequest): MaybePromise<readonly QueueReading[]>;
  look(queues: readonly QuietQueue[], keepMs: number): MaybePromise<boolean>;
  forget(session: string, queues: Parameters<MessageBuffer['forget']>[1]): MaybePromise<void>;
  find(id: string): MaybePromise<MessageState | undefined>;
  take(id: string, how: Parameters<MessageBuffer['take']>[1]): MaybePromise<boolean>;
  erase(address: Address, ...application: readonly string[]): MaybePromise<number>;
  restore(queue: StoredQueue): MaybePromise<boolean>;
  announceDisconnect(recipient: string): MaybePromise<void>;
  totals(): ReturnType<BufferInspection['totals']>;
  addresses(options: Parameters<BufferInspection['addresses']>[0]): MaybePromise<{
    readonly rows: readonly AddressSummary[];
    readonly total: number;
  }>;
  queues(address: Address): MaybePromise<readonly QueueSummary[]>;
  peek(queue: QueueName, options: Parameters<BufferInspection['peek']>[1]): MaybePromise<readonly BufferedMessage[]>;
  /** Begins to go through everything; answers the walk's number. */
  walk(): number;
  /** The next queue of a walk; none at its end. */
  walkOn(walk: number): Promise<StoredQueue | undefined>;
  /** Ends a walk before its end. */
  walkOff(walk: number): void;
  /** Of which removals the asking process wants to be told from now on. */
  want(reasons: readonly Removal['reason'][]): void;
}

/** Why an operation failed. */
export interface Failure {
  /** Of a failure that is told to clients. */
  readonly problem?: Problem;
  readonly message: string;
}

/** The owner's first words. */
export interface Hello {
  readonly version: number;
  readonly supports: MessageBuffer['supports'];
  /** What was wrong already when the buffer was opened. */
  readonly failures: readonly BufferFailure[];
}

/** What the owner tells without being asked. */
export interface Told {
  readonly hello: Hello;
  /** Another process appended to these. */
  readonly appended: readonly QueueName[];
  readonly removed: Removal;
  /** Another process, or another node of its buffer, disconnected this recipient. */
  readonly disconnected: string;
  readonly failed: BufferFailure;
  /** Whenever it is another than it was told before. */
  readonly health: BufferHealth;
}

export type ToldLine = { readonly [Kind in keyof Told]: readonly [zero: 0, kind: Kind, value: Told[Kind]] }[keyof Told];
export type AnswerLine = readonly [number: number, value?: unknown, failure?: Failure];
