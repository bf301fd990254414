/** The newsroom's part of the page: headlines for everyone, in no hurry. */
import type { CommunicationClient } from '@pollux/core/client';
import { type Ref, shallowRef } from 'vue';
import type { Headline } from '../../../applications/news/headline.ts';
import { fetchJson } from '../../fetch-json.ts';
import { type ApplicationState, useApplicationState } from '../../shell/use-application-state.ts';

/** A headline in the stream. */
export interface Line {
  readonly headline: Headline;
  /** When it came out: for a message when Pollux accepted it, whatever its author's clock says. */
  readonly atMs: number;
}

export interface News extends ApplicationState {
  /** The newest first. */
  readonly lines: Readonly<Ref<readonly Line[]>>;
  /** Has the newsroom publish, for demonstration. */
  demonstrate(): Promise<void>;
}

/** Headlines alone end no held request before this; with anything more pressing they come along at once. */
const patienceSeconds = 3;
const shown = 20;

/** Follows the news. */
export function useNews(client: CommunicationClient, server: string): News {
  const lines = shallowRef<readonly Line[]>([]);
  const application = client.application('news', { maxDelay: patienceSeconds });

  application.on<Headline>('headline', ({ data, acceptedMs }) => {
    take([{ headline: data, atMs: acceptedMs }]);
    state.unread.add();
  });
  const state = useApplicationState(application, load);

  /** The same headline may come by message and by loading; of two at the same moment, the later comer is the newer. */
  function take(incoming: readonly Line[]): void {
    const all = new Map([...incoming, ...lines.value].map((line) => [line.headline.id, line]));
    lines.value = [...all.values()].sort((one, other) => other.atMs - one.atMs).slice(0, shown);
  }

  async function load(): Promise<void> {
    const { headlines } = await fetchJson<{ readonly headlines: readonly Headline[] }>(`${server}/api/headlines`);
    take(headlines.map((headline) => ({ headline, atMs: headline.publishedMs })));
  }

  return {
    ...state,
    lines,
    demonstrate: () => state.attempt(() => fetchJson(`${server}/demo/headline`, {})),
  };
}
