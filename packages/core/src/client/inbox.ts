/**
 * What one application has received and not handled yet, in order, one at a time.
 *
 *   received:  1 2 3 4 5 6 7 8        `read`   = 8: where the server goes on
 *   handled:   1 2 3 . 5              `cursor` = 3: only ever the handled prefix, so nothing unhandled is acknowledged
 *                    ^ being handled (5 was covered by the fetch that serves 4)
 */

import type { Gap, Message } from '../protocol/types.ts';
import { rememberedIds } from './bounds.ts';
import type { ClientContext } from './context.ts';
import type { Entry } from './section-log.ts';

export interface Item extends Entry {
  /** Needs no handler (any more): another fetch covered it, it was withdrawn, it had come before, it is an end. */
  done?: boolean;
  /** A fetch under way covers it: too late for its withdrawal to go unsaid. */
  begun?: boolean;
}

export interface Inbox {
  /** Handled up to; `null` before the first section. */
  readonly cursor: string | null;
  /** Received up to. */
  readonly read: string | null;
  /** Received and not handled. */
  readonly size: number;
  /** Goes on from where an earlier life of the page stood, or another tab does. */
  moveTo(place: string | null): void;
  /** Takes in what comes next; tells whether it brought anything that was not known. */
  receive(entries: readonly Entry[]): boolean;
  /** Forgets what no handler has begun, so that it comes again. */
  rewind(): void;
}

/**
 * @param handle handles the first item of the queue; never rejects
 * @param progressed told of each item that is done: the cursor may have moved
 */
export function createInbox(
  context: ClientContext,
  handle: (item: Item, queue: readonly Item[]) => Promise<void>,
  progressed: (item: Item) => void,
): Inbox {
  const seen = new Set<string>();
  const queue: Item[] = [];
  let cursor: string | null = null;
  let read: string | null = null;
  let busy = false;
  /** While one was at work; it will be behind us. */
  let isRewound = false;

  const work = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    for (let item = queue[0]; item && !context.ended; item = queue[0]) {
      if (!item.done) await handle(item, queue);
      const end = queue.shift()?.cursor;
      // A place to go on from is none that was reached.
      if (end) {
        if (isRewound) read = end;
        isRewound = false;
        cursor = end;
      }
      progressed(item);
    }
    busy = false;
  };

  /** What no handler has begun. */
  const waiting = (): readonly Item[] => queue.slice(busy ? 1 : 0);

  /** A message taken back before a handler saw it concerns nobody: neither it nor its withdrawal. */
  const cancel = (id: string): boolean => {
    const item = waiting().find(({ message, begun, done }) => message?.id === id && !begun && !done);
    if (item) item.done = true;
    return item !== undefined;
  };

  const take = (message: Message): boolean => {
    const known = seen.has(message.id) || context.memory.isDone(message.id);
    seen.add(message.id);
    // A Set knows the order in which its members came: the first is the oldest.
    if (seen.size > rememberedIds) seen.delete(seen.values().next().value as string);
    // What came before still moves the cursor, in its turn.
    queue.push({ cursor: message.cursor, message, done: known || (message.kind === 'withdrawn' && cancel(message.of)) });
    return !known;
  };

  const tell = (gap: Gap): boolean => {
    const text = JSON.stringify(gap);
    // One that waits for its turn covers what was lost until then; one at work may have looked too early.
    const told = waiting().some((item) => JSON.stringify(item.gap) === text);
    if (!told) queue.push({ gap });
    return !told;
  };

  return {
    get cursor() {
      return cursor;
    },
    get read() {
      return read;
    },
    get size() {
      return queue.length;
    },
    moveTo: (place) => {
      // What is at work does not lead back when it is done.
      if (queue[0]) queue[0] = { ...queue[0], cursor: null };
      read = cursor = place;
    },
    receive: (entries) => {
      const before = read;
      let news = false;
      isRewound = false;
      for (const { cursor: end, gap, message } of entries) {
        if (gap) news = tell(gap) || news;
        else if (message) news = take(message) || news;
        else if (end) queue.push({ cursor: end, done: true });
        read = end ?? read;
      }
      news = news || read !== before;
      void work();
      return news;
    },
    rewind: () => {
      // In place, for a fetch under way looks at this queue when it starts.
      // A fetch under way has what it began: that does not come twice.
      for (const { message, done, begun } of queue.splice(busy ? 1 : 0)) if (message && !done && !begun) seen.delete(message.id);
      read = cursor;
      isRewound = busy;
    },
  };
}
