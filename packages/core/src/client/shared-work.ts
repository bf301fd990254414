/**
 * What the loop polls for: the applications of this page and, where tabs share a connection, of the others. Every tab
 * knows all of it, so that any of them can go on with the poll; one of them polls, or the only one.
 */
import type { FailedMessage, PollApplication } from '../protocol/types.ts';
import type { Answer, Section } from './answer.ts';
import { createFeed, type Feed, type Part, type Unsent } from './application-feed.ts';
import type { ApplicationRecord } from './application-record.ts';
import { failedPerPoll, handlerTicks } from './bounds.ts';
import type { ClientContext } from './context.ts';
import type { PollWork } from './loop-state.ts';
import { seemsHidden } from './page-events.ts';
import { type Entry, entriesOf } from './section-log.ts';
import type { Distribution, Snapshot, TabNews } from './tab-news.ts';
import type { Asked } from './wire.ts';

export interface SharedWork extends PollWork {
  /** This tab's applications. */
  readonly records: Map<string, ApplicationRecord>;
  /** The other tabs, and whether they are hidden. */
  readonly others: ReadonlyMap<string, boolean>;
  reportFailed(failed: FailedMessage): void;
  /** One of this tab's applications came, went or got on; returns what it has handled, where no poll will say that. */
  update(name: string): string | null | undefined;
  own(): TabNews;
  /** What another tab told of itself; without it, that tab is gone. */
  set(tab: string, news?: TabNews): void;
  snapshot(): Snapshot;
  adopt(snapshot: Snapshot): void;
  /** What this tab's applications want to begin with and did not ask for yet, where the poll of the others is past it. */
  beginning(): Asked | undefined;
  /** Begins with what was asked for, or (no answer) without, and goes on from where the others were at that time. */
  begin(asked: Asked, answer: Answer | undefined): void;
  /** Takes in what answered the poll; tells whether that was new. */
  distribute(distribution: Distribution): boolean;
  /** Forgets the other tabs and what the server told; this tab's applications stay where they are. */
  reset(): void;
}

/**
 * @param me this tab
 * @param isShared whether other tabs may come
 * @param share tells the other tabs of an answer to this tab's poll
 */
export function createSharedWork(
  context: ClientContext,
  me: string,
  isShared: () => boolean,
  share: (distribution: Distribution) => void,
): SharedWork {
  const records = new Map<string, ApplicationRecord>();
  /** What is to be reported, of all tabs and of this one. */
  const failed = new Map<string, FailedMessage>();
  const ownFailed = new Map<string, FailedMessage>();
  const feeds = new Map<string, Feed>();
  const others = new Map<string, boolean>();
  /** Where the others were when this tab asked for what it wants to begin with. */
  const beginnings = new Map<string, string>();
  let reported: readonly FailedMessage[] = [];
  let progress = 0;

  const feedOf = (name: string): Feed => {
    const feed = feeds.get(name) ?? createFeed(context, me, isShared);
    feeds.set(name, feed);
    return feed;
  };

  /** Hands on what follows a place. */
  const catchUp = (record: ApplicationRecord, feed: Feed, entries: readonly Entry[] | undefined): boolean | undefined => {
    if (entries) return entries.length > 0 ? record.receive(entries) : undefined;
    // Nobody remembers its place: it is told so, and gets all that is remembered.
    if (others.size > 0) return record.receive([{ gap: { losses: [{ reason: 'acknowledged' }] } }, ...feed.log.entries]);
    feed.adopt([{ cursor: record.read }]);
    return undefined;
  };

  /** Has this tab's application take in what it has not got yet; tells whether that was new. */
  const pump = (record: ApplicationRecord, feed: Feed, isBack: boolean, next?: readonly Entry[]): boolean | undefined => {
    const { log, owners, parts } = feed;
    const part = parts.get(me);
    if (!part || !log.end) return undefined;
    const { one, fresh, last } = part;
    // What one tab alone handles goes on where that stands, or stood: an older tab takes it over by coming, or by coming back.
    const other = one && (isBack || fresh || owners[0] !== me) && owners.find((tab) => tab !== me);
    if (other) return void record.start(parts.get(other)?.cursor ?? null);
    if (fresh) return last ? undefined : void record.start(log.end);
    return catchUp(record, feed, next ?? log.since(record.read));
  };

  const refresh = (name: string): boolean | undefined => {
    const record = records.get(name);
    if (!record) return undefined;
    const feed = feedOf(name);
    const isBack = !feed.parts.has(me);
    feed.set(me, record.part());
    const news = pump(record, feed, isBack);
    feed.set(me, record.part());
    return news;
  };

  const take = (name: string, section: Section | undefined): boolean => {
    const feed = feedOf(name);
    const record = records.get(name);
    // Who has everything, or polls for itself, takes what comes as it comes: a gap that is told again has the same place.
    const isAbreast = others.size === 0 || record?.read === feed.log.end;
    const next = section?.kind === 'news' && isAbreast ? entriesOf(section) : undefined;
    const news = feed.absorb(section);
    const took = record && pump(record, feed, false, next);
    refresh(name);
    if (section?.kind === 'refused') record?.setStatus({ state: 'refused', detail: section.detail });
    else if (record && record.read !== null) record.setStatus({ state: 'active' });
    return took ?? news;
  };

  const partsOf = (tab: string): ReadonlyMap<string, Part> => {
    const parts = new Map<string, Part>();
    for (const [name, feed] of feeds) {
      const part = feed.parts.get(tab);
      if (part) parts.set(name, part);
    }
    return parts;
  };

  const note = (tab: string, news?: TabNews): void => {
    if (news) others.set(tab, !!news.hidden);
    else others.delete(tab);
    for (const report of news?.failed ?? []) failed.set(report.id, report);
    for (const name of news?.parts.keys() ?? []) feedOf(name);
    for (const [name, feed] of feeds) feed.set(tab, news?.parts.get(name));
  };

  const work: SharedWork = {
    records,
    others,
    reportFailed: (message) => {
      failed.set(message.id, message);
      ownFailed.set(message.id, message);
    },
    update: (name) => {
      progress++;
      const feed = feedOf(name);
      const isSaid = feed.parts.size > 0 && feed.changeInMs() === Number.POSITIVE_INFINITY;
      refresh(name);
      return isSaid || feed.parts.size > 0 ? null : records.get(name)?.left();
    },
    own: () => ({ parts: partsOf(me), failed: [...ownFailed.values()], hidden: seemsHidden() }),
    set: (tab, news) => {
      note(tab, news);
      for (const name of records.keys()) refresh(name);
    },
    snapshot: () => ({
      entries: new Map([...feeds].map(([name, { log }]) => [name, log.entries])),
      tabs: new Map([me, ...others.keys()].map((tab) => [tab, partsOf(tab)])),
      failed: [...failed.values()],
    }),
    adopt: ({ entries, tabs, failed: known }) => {
      feeds.clear();
      for (const [name, before] of entries) feedOf(name).adopt(before);
      // All of them first: where an application starts here depends on who else has it.
      for (const [tab, parts] of tabs) if (tab !== me) note(tab, { parts, failed: known });
      for (const name of records.keys()) refresh(name);
    },
    beginning: () => {
      const applications: Record<string, Unsent<PollApplication>> = {};
      for (const [name, { log, parts }] of feeds) {
        const { fresh, last } = parts.get(me) ?? {};
        if (!fresh || !last || !log.end || beginnings.has(name)) continue;
        applications[name] = { cursor: null, read: undefined, maxDelay: undefined, last };
        beginnings.set(name, log.end);
      }
      return Object.keys(applications).length > 0 ? { applications, failed: undefined } : undefined;
    },
    begin: ({ applications }, answer) => {
      for (const name of Object.keys(applications)) {
        const section = answer?.sections.get(name);
        const record = records.get(name);
        const place = beginnings.get(name);
        beginnings.delete(name);
        // It may have left, or begun otherwise.
        if (!place || !feeds.get(name)?.parts.get(me)?.fresh) continue;
        record?.start(place);
        // Their cursors are of another session: what follows the place moves on from there.
        if (section?.kind === 'news') record?.receive(section.messages.map((message) => ({ message })));
      }
    },
    distribute: ({ sections, reported: told }) => {
      for (const { id } of told) {
        failed.delete(id);
        ownFailed.delete(id);
      }
      let news = false;
      for (const [name, section] of sections) news = take(name, section) || news;
      return news;
    },
    reset: () => {
      others.clear();
      feeds.clear();
      beginnings.clear();
      for (const [name, record] of records) {
        record.rewind();
        refresh(name);
      }
    },
    compose: () => {
      const applications: Record<string, Unsent<PollApplication>> = {};
      // What is acknowledged is not parked any more: it has to be reported before.
      const keep = failed.size > failedPerPoll;
      for (const [name, feed] of feeds) {
        const part = feed.compose(keep);
        if (part) applications[name] = part;
      }
      if (Object.keys(applications).length === 0) return undefined;
      reported = [...failed.values()].slice(0, failedPerPoll);
      return { applications, failed: reported.length > 0 ? reported : undefined };
    },
    absorb: (answer) => {
      const sections = new Map<string, Section | undefined>();
      for (const [name, feed] of feeds) {
        const section = answer?.sections.get(name);
        if (feed.expects(section)) sections.set(name, section);
      }
      const distribution = { sections, reported };
      reported = [];
      share(distribution);
      return work.distribute(distribution);
    },
    acknowledge: () => {
      const cursors: Record<string, string> = {};
      if (failed.size > 0) return undefined;
      for (const [name, feed] of feeds) {
        const cursor = feed.acknowledge();
        if (cursor) cursors[name] = cursor;
      }
      return Object.keys(cursors).length > 0 ? cursors : undefined;
    },
    handled: async () => {
      let before: number;
      do {
        before = progress;
        for (let tick = 0; tick < handlerTicks; tick++) await undefined;
      } while (progress !== before);
    },
    isAlone: () => others.size === 0,
    isHidden: () => seemsHidden() && ![...others.values()].includes(false),
    changeInMs: () => Math.min(...[...feeds.values()].map((feed) => feed.changeInMs())),
  };
  return work;
}
