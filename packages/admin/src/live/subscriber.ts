/**
 * One subscriber's view of the journal. It holds no queue of its own: only the number of the next event to look at. A
 * subscriber that is too slow is overtaken by the ring and told how many events it missed.
 */
import type { FeedRow } from '../contract/feed.ts';
import type { Journal } from '../journal/journal.ts';
import { feedRow } from './feed-row.ts';
import type { Matches } from './filter.ts';

/** Rows in one frame; of more, the oldest are skipped. */
const frameRows = 500;

export interface Taken {
  readonly rows: readonly FeedRow[];
  readonly skipped: number;
}

export interface Subscriber {
  /** `epoch:seq` of everything taken so far. */
  readonly position: string;
  /** Whether what it saw before still counts. */
  readonly resumed: boolean;
  /** Everything that matches since the last call. */
  take(): Taken;
}

export interface SubscriberOptions {
  readonly journal: Journal;
  readonly matches: Matches;
  readonly lastEventId: string | undefined;
  readonly backlog: number;
}

function parsePosition(text: string | undefined, journal: Journal): number | undefined {
  const match = /^([\w-]+):(\d{1,15})$/.exec(text ?? '');
  if (!match || match[1] !== journal.epoch) return undefined;
  const seq = Number(match[2]);
  return seq <= journal.events.head ? seq : undefined;
}

/** The number after which `backlog` matching events follow. */
function backlogStart({ journal: { events }, matches, backlog }: SubscriberOptions): number {
  let found = 0;
  let seq = events.head;
  while (seq >= events.tail && found < backlog) {
    const event = events.at(seq);
    if (event && matches(event)) found += 1;
    seq -= 1;
  }
  return seq;
}

export function createSubscriber(options: SubscriberOptions): Subscriber {
  const { journal, matches } = options;
  const known = parsePosition(options.lastEventId, journal);
  let seen = known ?? backlogStart(options);
  // What lies before a backlog was never promised: only a resumed subscriber can have missed something.
  let firstTake = known === undefined;

  return {
    get position() {
      return `${journal.epoch}:${seen}`;
    },
    resumed: known !== undefined,
    take() {
      const { events } = journal;
      const from = Math.max(seen + 1, events.tail);
      let skipped = firstTake ? 0 : from - seen - 1;
      firstTake = false;
      const rows: FeedRow[] = [];
      let seq = events.head;
      for (; seq >= from; seq -= 1) {
        const event = events.at(seq);
        if (!event || !matches(event)) continue;
        if (rows.length < frameRows) rows.push(feedRow(journal.journeys, seq, event));
        else skipped += 1;
      }
      seen = events.head;
      return { rows: rows.reverse(), skipped };
    },
  };
}
