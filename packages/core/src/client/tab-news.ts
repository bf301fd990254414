/** What tabs that share a connection tell one another. */
import type { FailedMessage } from '../protocol/types.ts';
import type { Section } from './answer.ts';
import type { Part } from './application-feed.ts';
import type { Entry } from './section-log.ts';

/** What a tab tells the others of itself. */
export interface TabNews {
  readonly parts: ReadonlyMap<string, Part>;
  /** Its own: an echo of others' would have these reported again. */
  readonly failed: readonly FailedMessage[];
  /** Nobody sees it. */
  readonly hidden?: boolean;
}

/** What an answer meant, for all tabs. */
export interface Distribution {
  readonly sections: ReadonlyMap<string, Section | undefined>;
  readonly reported: readonly FailedMessage[];
}

/** What a tab that joins has to know. */
export interface Snapshot {
  readonly entries: ReadonlyMap<string, readonly Entry[]>;
  readonly tabs: ReadonlyMap<string, ReadonlyMap<string, Part>>;
  readonly failed: readonly FailedMessage[];
}
