/**
 * What the server told one application, in order, for as long as a tab may need it. A tab's place in it is a cursor.
 *
 *   null · m1 · m2 · end of section · gap · m3 · end of section
 *          ▲ a slow tab's place                  ▲ received up to
 */
import type { Gap, Message } from '../protocol/types.ts';
import type { Section } from './answer.ts';

/** A message, a loss, the end of a section, or (a cursor alone) a place to go on from. */
export interface Entry {
  /** Acknowledges this and all before it. */
  readonly cursor?: string | null;
  readonly gap?: Gap;
  readonly message?: Message;
}

export type News = Section & { readonly kind: 'news' };

export interface SectionLog {
  readonly entries: readonly Entry[];
  /** Received up to: `null` before the first section, `undefined` where nobody asked yet. */
  readonly end: string | null | undefined;
  /** What comes from here on follows this place. */
  start(place: string | null): void;
  /** Tells whether the section brought anything that does not stand here already. */
  add(section: News): boolean;
  /** What follows a place; `undefined` where the place is not known (any more). */
  since(place: string | null): readonly Entry[] | undefined;
  /** The place that all of these have reached; one that is not known is behind all others. */
  lowest(places: readonly (string | null)[]): string | null | undefined;
  /** Forgets what is before a place, but for so many entries. */
  trim(place: string | null | undefined, kept: number): void;
}

/** A section's entries. */
export function entriesOf({ cursor, gap, messages }: News): readonly Entry[] {
  const entries: Entry[] = messages.map((message) => ({ cursor: message.cursor, message }));
  return [...(gap ? [{ gap }] : []), ...entries, { cursor }];
}

export function createSectionLog(entries: Entry[] = []): SectionLog {
  const indexOf = (place: unknown): number => {
    let index = entries.length - 1;
    while (index >= 0 && entries[index]?.cursor !== place) index--;
    return index;
  };

  const log: SectionLog = {
    get entries() {
      return entries;
    },
    get end() {
      return entries[entries.length - 1]?.cursor;
    },
    start: (place) => void entries.push({ cursor: place }),
    add: (section) => {
      const { cursor, gap, messages } = section;
      const known = new Set(entries.map(({ message }) => message?.id));
      const news = cursor !== log.end || gap !== undefined || messages.some(({ id }) => !known.has(id));
      entries.push(...entriesOf(section));
      return news;
    },
    since: (place) => {
      const index = indexOf(place);
      return index < 0 ? undefined : entries.slice(index + 1);
    },
    lowest: (places) => {
      const indexes = places.map(indexOf);
      return places[indexes.indexOf(Math.min(...indexes))];
    },
    trim: (place, kept) => {
      const count = indexOf(place) - kept;
      if (count > 0) entries.splice(0, count);
    },
  };
  return log;
}
