/** The newsroom's part of the page: headlines for everyone, in no hurry. */
import type { CommunicationClient } from '@pollux/core/client';
import { type Ref, shallowRef } from 'vue';
import type { Headline } from '../../../applications/news/headline.ts';
import { fetchJson } from '../../fetch-json.ts';
import { type ApplicationState, useApplicationState } from '../../shell/use-application-state.ts';

export interface News extends ApplicationState {
  /** The newest first. */
  readonly headlines: Readonly<Ref<readonly Headline[]>>;
  /** Has the newsroom publish, for demonstration. */
  demonstrate(): Promise<void>;
}

/** Headlines alone end no held request before this; with anything more pressing they come along at once. */
const patienceSeconds = 3;
const shown = 20;

/** Follows the news. */
export function useNews(client: CommunicationClient, server: string): News {
  const headlines = shallowRef<readonly Headline[]>([]);
  const application = client.application('news', { maxDelay: patienceSeconds });

  application.on<Headline>('headline', ({ data }) => {
    take([data]);
    state.unread.add();
  });
  const state = useApplicationState(application, load);

  /** The same headline may come by message and by loading. */
  function take(incoming: readonly Headline[]): void {
    const all = new Map([...headlines.value, ...incoming].map((headline) => [headline.id, headline]));
    headlines.value = [...all.values()].sort((one, other) => other.publishedMs - one.publishedMs).slice(0, shown);
  }

  async function load(): Promise<void> {
    take((await fetchJson<{ readonly headlines: readonly Headline[] }>(`${server}/api/headlines`)).headlines);
  }

  return {
    ...state,
    headlines,
    demonstrate: () => state.attempt(() => fetchJson(`${server}/demo/headline`, {})),
  };
}
