/** One application in the poll: what its tabs want, how far they are, and what the server told. In every tab the same. */
import type { PollApplication } from '../protocol/types.ts';
import type { Section } from './answer.ts';
import { acknowledgeMs, crowded, joinMs, keptEntries, touchMs } from './bounds.ts';
import type { ClientContext } from './context.ts';
import { createSectionLog, type Entry, type SectionLog } from './section-log.ts';

/** As it is written: what is not defined is not sent. */
export type Unsent<Part> = { readonly [Name in keyof Part]: Part[Name] | undefined };

/** What one tab wants of an application, and where it is. */
export interface Part {
  /** Handled up to; received up to, where that is what it acknowledges. */
  readonly cursor: string | null;
  /** It has not received anything yet, in no life of its page. */
  readonly fresh: boolean;
  /** Received and not handled. */
  readonly size: number;
  readonly maxDelay: number | undefined;
  readonly last: number | undefined;
  /** One tab alone shall handle each message. */
  readonly one: boolean;
}

export interface Feed {
  readonly log: SectionLog;
  /** What each tab wants of it. */
  readonly parts: ReadonlyMap<string, Part>;
  /** The tabs of which one alone shall handle each message, the oldest first: that one does. */
  readonly owners: readonly string[];
  set(tab: string, part: Part | undefined): void;
  /** Takes over what another tab knows. */
  adopt(entries: readonly Entry[]): void;
  /** What the next poll says of it, but for what is handled (`keep`); nothing where it stays out of it. */
  compose(keep: boolean): Unsent<PollApplication> | undefined;
  /** What to acknowledge beside a stream: what it does not know yet. */
  acknowledge(): string | undefined;
  /** Whether the present poll asks for what such a section brings (none: that there is nothing new). */
  expects(section: Section | undefined): boolean;
  /** Takes in a section; tells whether it brought anything new. */
  absorb(section: Section | undefined): boolean;
  /**
   * Milliseconds after which a held poll should be replaced because of this application; infinite where the present poll
   * says all there is to say.
   */
  changeInMs(): number;
}

const never = Number.POSITIVE_INFINITY;

/**
 * @param me this tab
 * @param isShared whether other tabs may come
 */
export function createFeed({ clock }: ClientContext, me: string, isShared: () => boolean): Feed {
  const parts = new Map<string, Part>();
  let log = createSectionLog();
  let paused = false;
  /** The cursor that the present poll names; nothing where it leaves this application out. */
  let sent: string | null | undefined;
  let sentAtMs = 0;
  let refusedUntilMs = 0;

  const owners = (): readonly string[] => [...parts.keys()].filter((tab) => parts.get(tab)?.one).sort();

  /** The tabs whose handlers count. */
  const takers = (): readonly Part[] => {
    const [chosen] = owners();
    return [...parts].filter(([tab, { one }]) => !one || tab === chosen).map(([, part]) => part);
  };

  /** Whether a tab's place is ahead of what this one heard, as when it took over amid an answer; or it was long away. */
  const isElsewhere = (part: Part): boolean => part !== parts.get(me) && !log.since(part.cursor);

  const place = (): string | null | undefined => {
    const lowest = log.lowest(takers().flatMap((part) => ((part.fresh && log.end) || isElsewhere(part) ? [] : [part.cursor])));
    return lowest === undefined ? log.end : lowest;
  };

  const size = (): number => Math.max(...takers().map((part) => part.size));

  /** Milliseconds until it may be named; 0 for now. */
  const outForMs = (): number => {
    paused = size() > (paused ? crowded / 2 : crowded - 1);
    const nowMs = clock.monotonic();
    return Math.max(0, refusedUntilMs - nowMs, paused ? sentAtMs + touchMs - nowMs : 0);
  };

  /**
   * What the first answer brings follows where its tabs stand: a tab that does not poll did not ask for it itself, and one that
   * came again may have handled since what it had before.
   */
  const begin = (): void => {
    const place = takers().find(({ cursor }) => cursor !== null)?.cursor ?? null;
    if (!log.end && log.end !== place) log.start(place);
  };

  const trim = (): void => log.trim(place(), isShared() ? keptEntries : 0);

  return {
    get log() {
      return log;
    },
    parts,
    get owners() {
      return owners();
    },
    set: (tab, part) => {
      if (part) parts.set(tab, part);
      else if (!parts.delete(tab)) return;
      if (parts.size > 0) return trim();
      log = createSectionLog();
      sent = undefined;
    },
    adopt: (entries) => {
      log = createSectionLog([...entries]);
    },
    compose: (keep) => {
      sent = undefined;
      const taking = takers();
      if (taking.length === 0 || outForMs() > 0) return undefined;
      begin();
      const read = log.end ?? null;
      const cursor = keep ? null : (place() ?? null);
      sent = cursor;
      sentAtMs = clock.monotonic();
      const delays = taking.flatMap(({ maxDelay }) => maxDelay ?? []);
      const last = Math.max(0, ...taking.map((part) => part.last ?? 0));
      return {
        cursor,
        read: read === cursor ? undefined : read,
        maxDelay: delays.length < taking.length ? undefined : Math.min(...delays),
        last: read === null && last > 0 ? last : undefined,
      };
    },
    acknowledge: () => {
      const cursor = place();
      if (sent === undefined || !cursor || sent === cursor) return undefined;
      sent = cursor;
      return cursor;
    },
    expects: (section) => {
      if (sent === undefined) return false;
      // A stream goes on and on: what it brings now is asked for again later, since `read` stays behind it.
      if (section?.kind === 'refused' || (section && size() >= crowded)) sent = undefined;
      return sent !== undefined || section?.kind === 'refused';
    },
    absorb: (section) => {
      if (section?.kind === 'refused') refusedUntilMs = clock.monotonic() + section.retryInMs;
      if (section?.kind !== 'news') return section !== undefined;
      begin();
      if (!log.end) for (const [tab, part] of parts) parts.set(tab, { ...part, fresh: false });
      const news = log.add(section);
      trim();
      return news;
    },
    changeInMs: () => {
      if (parts.size === 0 || (sent !== undefined && sent === place())) return never;
      return Math.max(sent === undefined ? joinMs : acknowledgeMs, outForMs());
    },
  };
}
