/** What a communication server offers: to publishers, to the servlet, to the console. It knows no transport. */
import type { MaybePromise, MessageBuffer, OverflowRule } from '../buffer/message-buffer.ts';
import type { ApplicationContract, PayloadOf, TypeName } from '../contract/application-contract.ts';
import type { NotifyOptions } from '../contract/notification.ts';
import type { Clock, Random } from '../protocol/environment.ts';
import type { Limits } from '../protocol/limits.ts';
import type { Problem, ProblemCode } from '../protocol/problem.ts';
import type { Address, Notification, PollRequest, PublishAnswer } from '../protocol/types.ts';
import type { ServerEvent } from './events.ts';
import type { ServerInspection } from './server-inspection.ts';

/** How one application is registered. */
export interface ApplicationOptions {
  /** Text for people, shown by the console. */
  readonly title?: string;
  /** Origins (`https://orders.example`) and absolute paths (`/api/orders`) that `fetch` messages may name. @default [] */
  readonly fetchTargets?: readonly string[];
  /** What a publish to a full queue meets. @default 'reject', for group and everyone queues 'drop-oldest' */
  readonly overflow?: OverflowRule;
  /** `'ttl'` keeps messages until they expire, whoever acknowledged them: an inbox. @default 'acknowledged' */
  readonly retain?: 'acknowledged' | 'ttl';
  /**
   * What it says, declared by `defineApplication`: whatever is published and not declared is refused with 422, naming the
   * path. Where `fetchTargets` are left out they are its paths, up to their first parameter.
   */
  readonly contract?: ApplicationContract;
  /** JSON Schemas of the payloads by type, for the console's form. @default those that the contract's library tells */
  readonly schemas?: Readonly<Record<string, unknown>>;
  /** Checks a payload before it is stored; a returned text refuses it with 422. */
  readonly validate?: (type: string, data: unknown) => { readonly path: string; readonly detail: string } | undefined;
}

export interface CommunicationServerOptions {
  /** Applications by name (`[a-z][a-z0-9-]{0,62}`). */
  readonly applications: Readonly<Record<string, ApplicationOptions>>;
  /** @default an in-memory buffer with the same limits and clock, closed with the server */
  readonly buffer?: MessageBuffer;
  readonly limits?: Partial<Limits>;
  /** @default the system's */
  readonly clock?: Clock;
  /** @default the system's */
  readonly random?: Random;
}

/** Who polls, as the host established it; never from a URL or a body. */
export interface ClientIdentity {
  readonly recipient: string;
  /** @default [] */
  readonly groups?: readonly string[];
  /** Applications it may poll. @default all that are registered */
  readonly applications?: readonly string[];
  /** No poll is held past this moment (milliseconds since 1970). */
  readonly expiresMs?: number;
}

/** What ends a poll. `json` is a ready body, of nothing but ASCII where `isAscii` says so. */
export type PollOutcome =
  | { readonly status: 200; readonly json: string; readonly isAscii?: boolean; readonly retryAfter?: number }
  | { readonly status: 204 }
  | { readonly status: 400 | 401 | 409 | 429 | 503; readonly problem: Problem };

/** Where a poll's outcome goes, exactly once. */
export interface PollReply {
  answer(outcome: PollOutcome): void;
}

/** Why a stream ends in an orderly way. */
export interface StreamEnd {
  readonly reason: 'age' | 'expired' | 'drain' | 'superseded' | 'disconnected' | 'crowded' | 'failed';
  /** The client comes back after a random part of this many seconds. */
  readonly drainSeconds?: number;
  readonly problem?: Problem;
}

/** Where a stream's events go. After `refuse`, `end` or `cut` nothing follows. */
export interface StreamSink {
  /** Sends the first byte, before anything else. */
  open(): void;
  /** Answers the request with a problem instead of a stream. */
  refuse(problem: Problem): void;
  /** One answer, as a poll's body; `id` is the combined cursor of what precedes it. */
  answer(id: string, json: string): void;
  /** Tells that the connection lives. */
  beat(): void;
  /** Ends the stream in an orderly way, saying why. */
  end(id: string, how: StreamEnd): void;
  /** Drops the connection of a reader that does not read. */
  cut(): void;
  /** Bytes that the reader has yet to take. */
  readonly buffered: number;
  /** Set by the server while it waits for the reader; called once all is taken. */
  onDrain: (() => void) | undefined;
}

/** The body of `POST {base}/ack`. */
export interface AcknowledgeRequest {
  readonly session: string;
  /** Handled up to, by application. */
  readonly applications: Readonly<Record<string, unknown>>;
}

/** A poll under way; `cancel` when the client has gone. */
export interface HeldPoll {
  cancel(): void;
}

/** A registered application, for publishing in process. */
export interface ApplicationHandle {
  readonly name: string;
  notify(to: Notification['to'], notification: Omit<Notification, 'to'>): MaybePromise<PublishAnswer>;
}

/** The same, for an application whose contract is known. */
export interface ContractHandle<Contract extends ApplicationContract> {
  readonly name: Contract['name'];
  /**
   * Publishes one of the contract's types: the data of a `direct` one, the path's parameters of a `fetch` one. Throws
   * `contract-mismatch` for parameters that make no address; data that does not match stands in the answer.
   */
  notify<Type extends TypeName<Contract>>(
    to: Notification['to'],
    type: Type,
    payload: PayloadOf<Contract, Type>,
    options?: NotifyOptions,
  ): MaybePromise<PublishAnswer>;
}

/** The state of one message, and why it has not been delivered. */
export interface DeliveryStatus {
  readonly id: string;
  readonly application: string;
  readonly address: Address;
  readonly state:
    | 'pending'
    | 'delivered'
    | 'acknowledged'
    | 'expired'
    | 'overflow'
    | 'collapsed'
    | 'withdrawn'
    | 'parked'
    | 'purged'
    | 'erased'
    | 'unknown';
  /** A sentence for people: what it waits for, or how it ended. */
  readonly why: string;
  readonly code:
    | 'no-session'
    | 'not-polled'
    | 'between-polls'
    | 'waiting-for-max-delay'
    | 'queued-behind'
    | 'not-acknowledged'
    | 'parked'
    | 'ended';
  readonly sessions: readonly {
    readonly session: string;
    readonly recipient: string;
    readonly state: 'not-registered' | 'waiting' | 'delivered' | 'acknowledged';
  }[];
}

export interface CommunicationServer {
  /** Names of the registered applications. */
  readonly applications: readonly string[];
  readonly limits: Limits;
  /** Throws `unknown-application`. */
  application(name: string): ApplicationHandle;
  /** The same by the contract that it was registered with; throws a TypeError where it was not. */
  application<Contract extends ApplicationContract>(contract: Contract): ContractHandle<Contract>;
  /**
   * Checks and stores a `Notification`, or an array of them, of one application, each by itself. `payloads[i]`, where
   * given, is the raw JSON of item i's data, stored as it is. Throws `unknown-application`, `draining` and
   * `buffer-unavailable`; whatever is wrong with a notification stands in the answer.
   */
  publish(application: string, notifications: unknown, payloads?: readonly (string | undefined)[]): MaybePromise<PublishAnswer>;
  /**
   * Counts and tells, as a `refused` event, a publisher that was turned away at the door. Of an application that is not
   * registered nothing is told: whoever has no key could fill logs with names.
   */
  turnAway(application: string, code: ProblemCode): void;
  /** Acknowledges, then answers at once or holds; the reply comes exactly once unless the poll is cancelled. */
  poll(identity: ClientIdentity, request: PollRequest, reply: PollReply): HeldPoll | undefined;
  /**
   * As `poll`, but every answer goes to the sink, one after another, until the stream ends. An anonymous one's session
   * ends with it, because its reader comes back by event id alone.
   */
  stream(
    identity: ClientIdentity,
    request: PollRequest,
    sink: StreamSink,
    options?: { readonly isAnonymous?: boolean },
  ): HeldPoll | undefined;
  /** Acknowledges without reading; problems by application, `unknown-session` for all that are not the caller's. */
  acknowledge(identity: ClientIdentity, request: AcknowledgeRequest): MaybePromise<ReadonlyMap<string, Problem> | Problem>;
  status(application: string, id: string): MaybePromise<DeliveryStatus | undefined>;
  /** Takes a pending message back; where it was already sent, queues a `withdrawn` message. */
  withdraw(application: string, id: string): MaybePromise<'withdrawn' | 'announced' | 'unknown'>;
  /** Forgets a recipient's messages of one application. */
  eraseRecipient(application: string, recipient: string): MaybePromise<number>;
  /** A client's goodbye. Another recipient's session and an unknown one are the same no-op. */
  goodbye(identity: ClientIdentity, session: string): void;
  /**
   * Ends all sessions of a recipient at once (logout, account closed): here before this returns, and at every other server that
   * shares the message buffer. Its messages stay. Where there are others, resolves once they are told; while the buffer is away
   * that is tried again until this server closes, so do not wait for it without a limit of your own. Never rejects.
   */
  disconnect(recipient: string): MaybePromise<void>;
  /** Hears of each `disconnect` from now on, at whichever server, for what else was given to a recipient; returns the way to stop. */
  onDisconnect(listener: (recipient: string) => void): () => void;
  /**
   * Tells life-cycle events from now on; returns the way to stop. Events that nobody listens to are not even built, so
   * name the kinds that you need. @default all kinds
   */
  observe(listener: (event: ServerEvent) => void, kinds?: readonly ServerEvent['kind'][]): () => void;
  readonly inspect: ServerInspection;
  /**
   * Graceful end: refuses publishes with 503, answers held polls with drain advice spread over `drainSeconds`, closes
   * the buffer if this server opened it. Idempotent.
   */
  close(options?: { readonly drainSeconds?: number }): Promise<void>;
}
