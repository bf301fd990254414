import { randomUUID } from 'node:crypto';
import { type Chance, createDeck } from '../shared/random.ts';
import { type Draft, drafts } from './archive.ts';
import type { Headline } from './headline.ts';

export interface NewsroomOptions {
  readonly chance: Chance;
  /** Tells everyone. */
  readonly announce: (headline: Headline) => void;
  readonly now?: () => number;
  /** Headlines of earlier today. @default 4 */
  readonly earlier?: number;
}

export interface Newsroom {
  publish(): Headline;
  /** The newest first. */
  list(): readonly Headline[];
}

const kept = 20;
const minute = 60_000;

/** Opens the newsroom with a few headlines of earlier today. */
export function createNewsroom(options: NewsroomOptions): Newsroom {
  const { chance, announce, now = Date.now, earlier = 4 } = options;
  const deal = createDeck<Draft>(drafts, chance);
  const headlines: Headline[] = [];

  function add(publishedMs: number): Headline {
    const headline: Headline = { id: `news-${randomUUID().slice(0, 8)}`, ...deal(), publishedMs };
    headlines.unshift(headline);
    headlines.splice(kept);
    return headline;
  }

  for (let hour = earlier; hour > 0; hour--) add(now() - hour * chance.between(38, 55) * minute);

  return {
    publish() {
      const headline = add(now());
      announce(headline);
      return headline;
    },
    list: () => headlines,
  };
}
