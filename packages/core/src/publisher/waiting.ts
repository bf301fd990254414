/** The notifications that wait for their request, in the order handed over. */
import type { Audience } from '../protocol/types.ts';
import type { Settings } from './options.ts';
import { PublishError, type Published } from './publisher.ts';

/** One notification from its `publish` to its fate. */
export interface Item {
  readonly to: Audience;
  /** As it is sent, with its key. */
  readonly json: string;
  readonly bytes: number;
  readonly untilMs: number;
  readonly resolve: (published: Published) => void;
  readonly reject: (error: PublishError) => void;
  /** Not sent before this moment. */
  readyMs: number;
  failures: number;
  /** Sent by itself. */
  isAlone: boolean;
  lastError: PublishError | undefined;
  /** Stored for some of its addresses. */
  partly: Published | undefined;
}

/** Takes the notifications of the next request. */
export function take(
  waiting: Item[],
  nowMs: number,
  { batchItems, batchBytes }: Pick<Settings, 'batchItems' | 'batchBytes'>,
): readonly Item[] {
  const batch: Item[] = [];
  let bytes = 2;
  for (let at = 0; at < waiting.length && batch.length < batchItems; ) {
    const item = waiting[at] as Item;
    if (item.readyMs > nowMs) {
      at++;
      continue;
    }
    const isFirst = batch.length === 0;
    if (!isFirst && (item.isAlone || bytes + item.bytes + 1 > batchBytes)) break;
    waiting.splice(at, 1);
    batch.push(item);
    bytes += item.bytes + 1;
    if (item.isAlone) break;
  }
  return batch;
}

/** Ends what has been tried for long enough. */
export function giveUp(waiting: Item[], nowMs: number): void {
  for (let at = waiting.length - 1; at >= 0; at--) {
    const item = waiting[at] as Item;
    if (item.untilMs > nowMs) continue;
    waiting.splice(at, 1);
    if (item.partly !== undefined) {
      item.resolve(item.partly);
      continue;
    }
    const last = item.lastError;
    const why = last === undefined ? '' : ` ${last.message}`;
    item.reject(new PublishError(`Not accepted within the publisher's patience.${why}`, { ...last, cause: last?.cause }));
  }
}
