/**
 * Life-cycle events: one union, told to `server.observe` listeners. Log lines, metrics and the console are listeners
 * of the same events. Nothing is built for them while nobody listens; a listener that throws is dropped from that
 * event only.
 */
import type { BufferFailure, Removal } from '../buffer/message-buffer.ts';
import type { ProblemCode } from '../protocol/problem.ts';
import type { Address, Urgency } from '../protocol/types.ts';

interface Of<Kind extends string> {
  readonly kind: Kind;
  /** Milliseconds since 1970 by the server's clock. */
  readonly atMs: number;
}

interface InQueue {
  readonly address: Address;
  readonly application: string;
}

interface OfSession {
  readonly session: string;
  readonly recipient: string;
}

export interface AcceptedEvent extends Of<'accepted'>, InQueue {
  readonly id: string;
  readonly message: 'direct' | 'fetch' | 'withdrawn';
  readonly type: string;
  readonly bytes: number;
  readonly urgency: Urgency;
  readonly topic?: string;
  readonly ttlSeconds: number;
  /** Held polls that it woke. */
  readonly waiting: number;
}

/** A publish that stored nothing. */
export interface RefusedEvent extends Of<'refused'> {
  readonly application: string;
  readonly address?: Address;
  readonly code: ProblemCode;
}

/** Messages written into one answer, of one application and address. */
export interface DeliveredEvent extends Of<'delivered'>, InQueue, OfSession {
  /** The poll that took them: the session's count of answered polls. */
  readonly poll: number;
  readonly transport: 'short-poll' | 'long-poll' | 'stream';
  readonly ids: readonly string[];
}

/** A session says that it handled everything up to `to`; what it says of a recipient's own queue may free messages. */
export interface AcknowledgedEvent extends Of<'acknowledged'>, InQueue, OfSession {
  readonly epoch: string;
  /** Positions after `from` up to `to`; `positionOf(id)` tells whether an id is among them. */
  readonly from: number;
  readonly to: number;
  readonly freed: number;
}

/** Messages that left the buffer, and why. Those acknowledged are told only while somebody hears `acknowledged` as well. */
export interface RemovedEvent extends Of<'removed'>, Removal {}

/** A handler failed for good and the client said so; or (`unhandled`) no handler in the page takes messages of this type. */
export interface FailedEvent extends Of<'failed'>, InQueue, OfSession {
  readonly id: string;
  readonly reason: string;
}

/** A loss told to a session. */
export interface GapEvent extends Of<'gap'>, OfSession {
  readonly application: string;
  readonly losses: readonly { readonly reason: string; readonly count?: number }[];
}

export interface SessionOpenedEvent extends Of<'session-opened'>, OfSession {
  readonly applications: readonly string[];
}

export interface SessionClosedEvent extends Of<'session-closed'>, OfSession {
  readonly reason: 'goodbye' | 'silent' | 'disconnected' | 'shutdown';
}

export interface PollSupersededEvent extends Of<'poll-superseded'>, OfSession {}

/** A poll began to be held, or was answered. */
export interface PollEvent extends Of<'poll-held' | 'poll-answered'>, OfSession {
  readonly applications: readonly string[];
  /** Milliseconds that it was held, when answered. */
  readonly heldMs?: number;
  readonly status?: number;
  readonly messages?: number;
  readonly bytes?: number;
}

export interface BufferFailedEvent extends Of<'buffer-failed'> {
  readonly stage: BufferFailure['stage'];
  readonly reason: string;
}

export type ServerEvent =
  | AcceptedEvent
  | RefusedEvent
  | DeliveredEvent
  | AcknowledgedEvent
  | RemovedEvent
  | FailedEvent
  | GapEvent
  | SessionOpenedEvent
  | SessionClosedEvent
  | PollSupersededEvent
  | PollEvent
  | BufferFailedEvent;

/** Every kind of event. */
export const eventKinds: readonly ServerEvent['kind'][] = [
  'accepted',
  'refused',
  'delivered',
  'acknowledged',
  'removed',
  'failed',
  'gap',
  'session-opened',
  'session-closed',
  'poll-superseded',
  'poll-held',
  'poll-answered',
  'buffer-failed',
];
