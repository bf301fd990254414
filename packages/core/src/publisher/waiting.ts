/** The notifications that wait for their request, in the order handed over. */
import { defaultLimits } from '../protocol/limits.ts';
import type { Settings } from './options.ts';
import { PublishError, type Published } from './publisher.ts';

/** One notification from its `publish` to its fate. */
export interface Item {
  /** How many addresses it names. */
  readonly addresses: number;
  /** As it is sent, with its key. */
  readonly json: string;
  readonly bytes: number;
  /** Members of its JSON, or some more. */
  readonly members: number;
  readonly untilMs: number;
  readonly resolve: (published: Published) => void;
  readonly reject: (error: PublishError) => void;
  /** Not sent before this moment. */
  readyMs: number;
  failures: number;
  /** Sent by itself. */
  isAlone: boolean;
  lastError: PublishError | undefined;
  /** A request that it was in got no answer, or one that leaves open whether it was stored. */
  isUncertain: boolean;
  /** Stored for some of its addresses. */
  partly: Published | undefined;
}

/** A server refuses a whole body for more, unless it is set otherwise. */
const mostMembers = defaultLimits.jsonKeys;

/** Takes the notifications of the next request. */
export function take(
  waiting: Item[],
  nowMs: number,
  { batchItems, batchBytes }: Pick<Settings, 'batchItems' | 'batchBytes'>,
): readonly Item[] {
  const batch: Item[] = [];
  let bytes = 2;
  let members = 0;
  for (let at = 0; at < waiting.length && batch.length < batchItems; ) {
    const item = waiting[at] as Item;
    if (item.readyMs > nowMs) {
      at++;
      continue;
    }
    const isFirst = batch.length === 0;
    if (!isFirst && (item.isAlone || bytes + item.bytes + 1 > batchBytes || members + item.members > mostMembers)) break;
    waiting.splice(at, 1);
    batch.push(item);
    bytes += item.bytes + 1;
    members += item.members;
    if (item.isAlone) break;
  }
  return batch;
}

/** Ends what has been tried for long enough. */
export function giveUp(waiting: Item[], nowMs: number): void {
  const over = waiting.filter(({ untilMs }) => untilMs <= nowMs);
  if (over.length === 0) return;
  waiting.splice(0, waiting.length, ...waiting.filter(({ untilMs }) => untilMs > nowMs));
  for (const item of over) {
    const last = item.lastError;
    const why = last === undefined ? '' : ` ${last.message}`;
    fail(item, new PublishError(`Not accepted within the publisher's patience.${why}`, { ...last, cause: last?.cause }));
  }
}

/** Ends a notification that goes no further: it is published as far as it was stored, or failed. */
export function fail(item: Item, error: PublishError): void {
  if (item.partly !== undefined) item.resolve(item.partly);
  else if (item.isUncertain && !error.isUncertain)
    item.reject(new PublishError(error.message, { ...error, isUncertain: true, cause: error.cause }));
  else item.reject(error);
}
