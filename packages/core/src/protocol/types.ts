/** The words of the wire, version 1, as TypeScript. `docs/protocol.md` is the normative text. */
import type { Problem } from './problem.ts';

/** How pressing a notification is (RFC 8030, section 5.3). It never reorders a queue. */
export type Urgency = 'very-low' | 'low' | 'normal' | 'high';

/** The urgencies from least to most pressing. */
export const urgencies: readonly Urgency[] = ['very-low', 'low', 'normal', 'high'];

/** What an acceptance is worth: it outlives nothing, a crash (fsynced), or what the shared Redis outlives. */
export type Grade = 'memory' | 'disk' | 'redis';

/** Whom a notification is for, as a publisher writes it. Exactly one of the three. */
export type Audience = { readonly recipients: readonly string[] } | { readonly group: string } | { readonly everyone: true };

/** A queue's owner. */
export type Address =
  | { readonly kind: 'recipient'; readonly name: string }
  | { readonly kind: 'group'; readonly name: string }
  | { readonly kind: 'everyone' };

/** What a client of a `fetch` message shall get from the application's own server. */
export interface FetchInstruction {
  /** Absolute URL or absolute path, under one of the application's registered origins or paths. */
  readonly href: string;
  /** The resource's version; a client that has it already need not fetch. */
  readonly version?: string;
  /** Seconds (0 to 60) of which each client waits a random part first. @default 0 */
  readonly spread?: number;
}

/** What a publisher hands over. */
export interface Notification {
  readonly to: Audience;
  readonly kind: 'direct' | 'fetch';
  /** The application's own name for what happened, 1 to 256 bytes. */
  readonly type: string;
  /** The payload of a `direct` notification: any JSON value. */
  readonly data?: unknown;
  /** The instruction of a `fetch` notification. */
  readonly fetch?: FetchInstruction;
  /** Seconds that it may wait. @default limits.ttlSeconds */
  readonly ttl?: number;
  /** @default 'normal' */
  readonly urgency?: Urgency;
  /** A newer message replaces a pending one of the same address, application and topic. */
  readonly topic?: string;
  /** Idempotency key: a second publish with the same key and content stores nothing. */
  readonly key?: string;
}

/** Fields that every message on the wire has. */
interface MessageCommon {
  readonly id: string;
  /** Acknowledges this message and all before it in its application. */
  readonly cursor: string;
  readonly urgency?: Urgency;
  readonly topic?: string;
  /** When it was accepted, milliseconds since 1970 by the server's clock. */
  readonly acceptedMs: number;
}

/** A message consumed as it is. */
export interface DirectMessage extends MessageCommon {
  readonly kind: 'direct';
  readonly type: string;
  readonly data: unknown;
}

/** A message that tells the client what to fetch. */
export interface FetchMessage extends MessageCommon {
  readonly kind: 'fetch';
  readonly type: string;
  readonly fetch: FetchInstruction;
}

/** Tells that an earlier message, already sent, no longer holds. */
export interface WithdrawnMessage extends MessageCommon {
  readonly kind: 'withdrawn';
  readonly of: string;
}

/** A message as delivered. */
export type Message = DirectMessage | FetchMessage | WithdrawnMessage;

/** Why a session can no longer get something. */
export type GapReason = 'expired' | 'overflow' | 'reset' | 'purged' | 'parked' | 'acknowledged';

/** An announced loss, told before any newer message. */
export interface Gap {
  /** Every reason that applies, with the number of messages where it is known. */
  readonly losses: readonly { readonly reason: GapReason; readonly count?: number }[];
}

/** What a poll asks for one application. */
export interface PollApplication {
  /** Handled up to; `null` at the first poll. */
  readonly cursor: string | null;
  /** Received up to. @default cursor */
  readonly read?: string | null;
  /** Seconds that this application's messages may wait before they alone end a held poll. */
  readonly maxDelay?: number;
  /** At a first poll: how many of the newest group and everyone messages to start with. @default 0 */
  readonly last?: number;
}

/** A message whose handler failed for good, or that nobody in the page handles. */
export interface FailedMessage {
  readonly id: string;
  readonly reason: string;
  /** `false`: it is told, and counts as handled; else the message is put aside. @default true */
  readonly park?: boolean;
}

/** The body of `POST {base}/poll`. */
export interface PollRequest {
  readonly v?: 1;
  /** As the last answer named it; left out at the first poll. */
  readonly session?: string;
  /** Grows by one with every poll of this session; a retry repeats it. @default 0 */
  readonly seq?: number;
  /** Seconds to hold the request when there is nothing; 0 answers at once. @default 0 */
  readonly wait?: number;
  readonly applications: Readonly<Record<string, PollApplication>>;
  /** Messages that could not be handled. */
  readonly failed?: readonly FailedMessage[];
}

/** How the server tells the client to go on; the newest advice holds until another comes. */
export interface Advice {
  /** Seconds between the end of one poll and the next. */
  readonly interval?: number;
  /** Seconds to ask as `wait`. */
  readonly wait?: number;
  readonly mode?: 'stream' | 'long-poll' | 'short-poll';
  /** This node is going away: poll again after a random part of this many seconds. */
  readonly drain?: number;
  /**
   * Seconds between the end of one poll and the next as long as nobody sees any of the client's pages; its polls are not held
   * then. 0: it goes on as when it is seen.
   */
  readonly hidden?: number;
}

/** What an answer says of one application. */
export type PollSection =
  | {
      /** Acknowledges all of this section and all before it. */
      readonly cursor: string;
      readonly messages?: readonly Message[];
      readonly gap?: Gap;
      /** This application has more waiting. */
      readonly more?: true;
    }
  | { readonly error: Problem };

/** The body of a 200 answer to a poll. */
export interface PollAnswer {
  readonly session: string;
  /** Where the session was opened by this poll: a tag of its recipient, the same in all of the recipient's sessions, and not its name. */
  readonly recipient?: string;
  readonly advice?: Advice;
  readonly applications?: Readonly<Record<string, PollSection>>;
  /** More is waiting: poll again at once. */
  readonly more?: true;
}

/** One stored notification in the answer to a publish. */
export interface AcceptedNotification {
  readonly id: string;
  /** The recipient, where the notification named recipients. */
  readonly recipient?: string;
  /** Seconds it may wait, as granted. */
  readonly ttl: number;
  /** Held polls that it woke. */
  readonly waiting: number;
  /** The idempotency key was known: this is the message stored then. */
  readonly duplicate?: true;
}

/** One notification, or one recipient of it, that was not stored. */
export interface RefusedNotification {
  /** Place in the published array; 0 for a single object. */
  readonly index: number;
  readonly recipient?: string;
  readonly problem: Problem;
}

/** The body of a 202 answer to a publish. */
export interface PublishAnswer {
  readonly grade: Grade;
  readonly accepted: readonly AcceptedNotification[];
  readonly refused?: readonly RefusedNotification[];
}
