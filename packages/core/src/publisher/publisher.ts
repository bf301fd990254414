/** What a publisher client is to its application server. */
import type { ApplicationContract, PayloadOf, TypeName } from '../contract/application-contract.ts';
import type { NotifyOptions } from '../contract/notification.ts';
import type { Clock, Random } from '../protocol/environment.ts';
import type { Problem } from '../protocol/problem.ts';
import type { AcceptedNotification, Audience, Grade, Notification, RefusedNotification } from '../protocol/types.ts';

export interface PublisherOptions<Application extends string | ApplicationContract = string> {
  /** The communication server with its base path: `https://hub.example/pollux`. */
  readonly url: string;
  /** The application's name, or its contract: then `notify` is typed, and payloads are checked before they are sent. */
  readonly application: Application;
  /** The publisher key, or how to get one: asked again once where the server refuses the last. */
  readonly key: string | (() => string | PromiseLike<string>);
  /** Seconds for which a notification is tried again before its `publish` fails. @default 60 */
  readonly patience?: number;
  /** Notifications under way at most; beyond it `publish` waits for room. @default 1000 */
  readonly capacity?: number;
  /** Notifications in one request at most. @default 100 */
  readonly batchItems?: number;
  /** Bytes of one request at most, but for one notification that is larger by itself. @default 200000 */
  readonly batchBytes?: number;
  /** Seconds after which a request without an answer, or a key that does not come, is given up and tried again. @default 15 */
  readonly timeout?: number;
  /** @default the platform's */
  readonly fetch?: typeof fetch;
  /** @default the system's */
  readonly clock?: Clock;
  /** @default the system's */
  readonly random?: Random;
}

/** What became of a notification that was stored for at least one of its addresses. */
export interface Published {
  /** What the acceptance is worth. */
  readonly grade: Grade;
  /** One for each recipient, one for a group or everyone. */
  readonly accepted: readonly AcceptedNotification[];
  /** Recipients for whom it was not stored, each with its problem. */
  readonly refused: readonly Omit<RefusedNotification, 'index'>[];
}

/** A notification that was not stored, as far as is known. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
  /** The server's last word, where it said one. */
  readonly problem: Problem | undefined;
  /** Each recipient's problem, where they were told apart. */
  readonly refused: readonly Omit<RefusedNotification, 'index'>[];
  /**
   * A request got no answer, or one that leaves it open (a 5xx): the server may have stored the notification. Published
   * again with the same `key` it is stored once.
   */
  readonly isUncertain: boolean;

  constructor(
    message: string,
    more: {
      readonly problem?: Problem | undefined;
      readonly refused?: PublishError['refused'];
      readonly isUncertain?: boolean;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.problem = more.problem;
    this.refused = more.refused ?? [];
    this.isUncertain = more.isUncertain ?? false;
  }
}

export interface Publisher {
  /** The application's name. */
  readonly application: string;
  /**
   * Hands a notification over; resolves when the server has accepted it for at least one address. It is sent with an
   * idempotency key, its own or one made for it, and tried again under that key, so that it is stored once.
   *
   * @throws PublishError when it was refused for all its addresses, or not accepted within the publisher's patience
   */
  publish(notification: Notification): Promise<Published>;
  /** Notifications handed over of which nothing is known yet. */
  readonly pending: number;
  /** Takes no more; resolves when the fate of all that was handed over is known. Idempotent. */
  close(): Promise<void>;
}

/** A publisher that knows its application's contract. */
export interface ContractPublisher<Contract extends ApplicationContract> extends Publisher {
  readonly application: Contract['name'];
  /** Publishes one of the contract's types. @throws PublishError as `publish` does, and for what is not as declared */
  notify<Type extends TypeName<Contract>>(
    to: Audience,
    type: Type,
    payload: PayloadOf<Contract, Type>,
    options?: NotifyOptions,
  ): Promise<Published>;
}
