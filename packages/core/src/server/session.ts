/** What the server knows of one communication client: soft state, rebuilt from its cursors wherever it is lost. */
import type { Place, QueueExchange } from '../buffer/message-buffer.ts';
import type { Address } from '../protocol/types.ts';
import type { HeldState } from './held-poll.ts';

/** One queue that a session follows for one application; handed to the buffer as it is. */
export interface Following extends QueueExchange {
  readonly tag: string;
  handled: Place | undefined;
  read: Place | undefined;
  limit: Place | undefined;
  newest: number;
  hint: unknown;
  /** The life of the queue that `sent` and `acknowledged` belong to. */
  epoch: string;
  /** The last position that any answer to this session covered. */
  sent: number;
  /** The last position that the last answer covered: a late retry's may cover less than one before it. */
  covered: number;
  /** What the cursor says of this queue for `covered`; empty where no answer said so yet. */
  part: string;
  /** The last position that this session acknowledged. */
  acknowledged: number;
  /** Messages sent to this session and not acknowledged by it. */
  outstanding: number;
}

export interface SessionApplication {
  readonly name: string;
  followings: Following[];
  /** The cursor of the last answer: its places are the `sent` ones, so that it need not be read again. */
  cursor: string | undefined;
  maxDelay: number | undefined;
  delivered: number;
  lastAskedMs: number;
}

/** A recipient's sessions here, and how many of them hold a poll. */
export interface RecipientEntry {
  readonly recipient: string;
  readonly address: Address;
  sessions: Session[];
  held: number;
}

export interface Session {
  readonly id: string;
  readonly entry: RecipientEntry;
  groups: readonly string[];
  readonly applications: Map<string, SessionApplication>;
  readonly openedMs: number;
  lastContactMs: number;
  seq: number;
  polls: number;
  delivered: number;
  /** Seconds that it was advised to leave between polls. */
  interval: number;
  transport: 'short-poll' | 'long-poll' | 'stream';
  held: HeldState | undefined;
  /** Another server opened it, and may have advised an interval: the next answer takes that back. */
  isAdopted: boolean;
  isClosed: boolean;
}
