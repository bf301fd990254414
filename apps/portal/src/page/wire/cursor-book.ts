import type { PollSection } from '@pollux/core';

/** Remembers the cursors that came, to count what a cursor that goes back acknowledges. */
export interface CursorBook {
  /** Notes a section of an answer; returns how many messages it brought. */
  receive(application: string, section: PollSection): number;
  /** Returns how many messages received so far this cursor acknowledges for the first time. */
  acknowledge(application: string, cursor: string | null): number;
}

/** A place in an application's sequence: after a message, or at the end of a section. */
interface Place {
  readonly cursor: string;
  readonly messages: 0 | 1;
}

export function createCursorBook(): CursorBook {
  const unacknowledged = new Map<string, readonly Place[]>();
  return {
    receive(application, section) {
      if ('error' in section) return 0;
      const messages = section.messages ?? [];
      const places: Place[] = messages.map(({ cursor }) => ({ cursor, messages: 1 }));
      places.push({ cursor: section.cursor, messages: 0 });
      unacknowledged.set(application, [...(unacknowledged.get(application) ?? []), ...places]);
      return messages.length;
    },
    acknowledge(application, cursor) {
      const places = unacknowledged.get(application) ?? [];
      const end = places.findLastIndex((place) => place.cursor === cursor) + 1;
      unacknowledged.set(application, places.slice(end));
      return places.slice(0, end).reduce((sum, place) => sum + place.messages, 0);
    },
  };
}
