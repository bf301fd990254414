/**
 * A publisher client: one request at a time, and whatever is handed over meanwhile goes with the next one.
 *
 *   publish -> waiting -> under way -> published
 *                 ^           |------> failed
 *                 +-- again --+        (refused for good, or out of patience)
 */
import type { ApplicationContract } from '../contract/application-contract.ts';
import { findMismatch } from '../contract/check.ts';
import { type NotifyOptions, notificationOf } from '../contract/notification.ts';
import { backOffMs } from '../protocol/back-off.ts';
import { CommunicationError, problem } from '../protocol/problem.ts';
import { utf8Length } from '../protocol/text.ts';
import type { Audience, Notification } from '../protocol/types.ts';
import { checkOptions } from './options.ts';
import { type ContractPublisher, PublishError, type Published, type Publisher, type PublisherOptions } from './publisher.ts';
import { keyInTime, type Reply, send } from './request.ts';
import { addressesOf, type Fate, fatesOf } from './settling.ts';
import { fail, giveUp, type Item, take } from './waiting.ts';

const keyBytes = 16;

/**
 * Makes a publisher client for an application server that is not in the communication server's process.
 *
 * @throws TypeError for an option that cannot be right
 */
export function createPublisher<const Contract extends ApplicationContract>(
  options: PublisherOptions<Contract>,
): ContractPublisher<Contract>;
export function createPublisher(options: PublisherOptions): Publisher;
export function createPublisher(options: PublisherOptions<string | ApplicationContract>): Publisher {
  const settings = checkOptions(options);
  const { clock, random, name, contract } = settings;
  const waiting: Item[] = [];
  /** Beyond the capacity, in the order handed over. */
  const roomless: Item[] = [];
  let handedOver = 0;
  let underWay = 0;
  let isRunning = false;
  let isClosed = false;
  let holdMs = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let wake: (() => void) | undefined;
  const idle: (() => void)[] = [];
  let key: string | undefined;

  async function publish(notification: Notification): Promise<Published> {
    if (isClosed) throw new PublishError('The publisher is closed.');
    const untilMs = clock.monotonic() + settings.patienceMs;
    const json = JSON.stringify({ ...notification, key: notification.key ?? random.token(keyBytes) });
    handedOver++;
    try {
      return await new Promise<Published>((resolve, reject) => {
        const sizes = { addresses: addressesOf(notification.to), bytes: utf8Length(json), members: json.split('":').length - 1 };
        const tries = { readyMs: Number.NEGATIVE_INFINITY, failures: 0, isAlone: false, isUncertain: false };
        roomless.push({ json, ...sizes, ...tries, untilMs, resolve, reject, lastError: undefined, partly: undefined });
        admit();
        wake?.();
        if (!isRunning) void run();
      });
    } finally {
      handedOver--;
      if (handedOver === 0) for (const done of idle.splice(0)) done();
    }
  }

  /** Lets in whoever has waited longest for room. */
  function admit(): void {
    const room = settings.capacity - waiting.length - underWay;
    if (room > 0) waiting.push(...roomless.splice(0, Math.ceil(room)));
  }

  async function run(): Promise<void> {
    isRunning = true;
    // What is published in one go shares a request.
    await Promise.resolve();
    while (waiting.length > 0) {
      const nowMs = clock.monotonic();
      giveUp(waiting, nowMs);
      giveUp(roomless, nowMs);
      admit();
      const batch = nowMs < holdMs ? [] : take(waiting, nowMs, settings);
      if (batch.length > 0) await attempt(batch);
      else if (waiting.length > 0) await pause(nextMoment() - nowMs);
    }
    isRunning = false;
  }

  /** The next moment at which something can be sent, or is given up. */
  function nextMoment(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { readyMs, untilMs } of waiting) next = Math.min(next, untilMs, Math.max(readyMs, holdMs));
    return next;
  }

  /** Waits, but not when something new is handed over that may be sent. */
  function pause(ms: number): Promise<void> {
    return new Promise((done) => {
      const timer = clock.setTimeout(go, Math.max(1, Math.ceil(ms)));
      wake = () => {
        if (clock.monotonic() >= holdMs) go();
      };
      function go(): void {
        timer.clear();
        wake = undefined;
        done();
      }
    });
  }

  async function attempt(batch: readonly Item[]): Promise<void> {
    underWay = batch.length;
    const fates = fatesOf(
      batch.map(({ addresses }) => addresses),
      await exchange(batch),
    );
    underWay = 0;
    const nowMs = clock.monotonic();
    const again: Item[] = [];
    for (const [index, item] of batch.entries()) if (conclude(item, fates[index], nowMs)) again.push(item);
    waiting.unshift(...again);
    admit();
    const shared = fates.find((fate) => fate.kind === 'again' && !fate.isOwn);
    if (shared?.kind === 'again') holdMs = nowMs + backOffMs(++failures, random, shared.floorMs);
    else failures = 0;
  }

  /** Settles a notification, or has it tried again. */
  function conclude(item: Item, fate: Fate | undefined, nowMs: number): boolean {
    switch (fate?.kind) {
      case 'published':
        item.resolve(fate.published);
        return false;
      case 'failed':
        fail(item, fate.error);
        return false;
      case 'again':
        item.lastError = fate.error;
        item.isUncertain ||= fate.error.isUncertain;
        item.partly = fate.partly ?? item.partly;
        if (fate.isOwn) item.readyMs = nowMs + backOffMs(++item.failures, random, fate.floorMs);
        return true;
      default:
        item.isAlone = true;
        return true;
    }
  }

  /** Sends a batch, waiting no longer than anybody's patience; where the key is refused, once more with a new one. */
  async function exchange(batch: readonly Item[]): Promise<Reply> {
    const [only] = batch;
    const leftMs = Math.max(...batch.map(({ untilMs }) => untilMs)) - clock.monotonic();
    const sending = { ...settings.sending, timeoutMs: Math.min(settings.sending.timeoutMs, leftMs) };
    const body = only !== undefined && batch.length === 1 ? only.json : `[${batch.map(({ json }) => json).join(',')}]`;
    try {
      const isFresh = key === undefined;
      key ??= await keyInTime(settings.getKey, sending);
      const reply = await send(sending, key, body);
      if (reply.kind !== 'refused' || reply.status !== 401) return reply;
      key = undefined;
      if (isFresh) return reply;
      key = await keyInTime(settings.getKey, sending);
      return await send(sending, key, body);
    } catch (cause) {
      return { kind: 'no-answer', isSent: false, cause };
    }
  }

  return {
    application: name,
    publish,
    get pending() {
      return handedOver;
    },
    close() {
      isClosed = true;
      return handedOver === 0 ? Promise.resolve() : new Promise((done) => idle.push(done));
    },
    ...(contract !== undefined && {
      async notify(to: Audience, type: string, payload: never, more?: NotifyOptions): Promise<Published> {
        return publish(declaredBy(contract, to, type, payload, more));
      },
    }),
  };
}

/** A notification of the contract, checked before it goes anywhere. */
function declaredBy(
  contract: ApplicationContract,
  to: Audience,
  type: string,
  payload: never,
  more: NotifyOptions | undefined,
): Notification {
  try {
    const notification = notificationOf(contract, to, type, payload, more);
    const mismatch = findMismatch(contract, notification);
    if (mismatch === undefined) return notification;
    throw new CommunicationError(problem('contract-mismatch', mismatch));
  } catch (cause) {
    if (!(cause instanceof CommunicationError)) throw cause;
    throw new PublishError(cause.message, { problem: cause.problem });
  }
}
