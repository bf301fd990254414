/** The live feed of a page: rows newest first, bounded, with a pause that holds instead of losing. */
import type { FeedFilter, FeedRow } from '@pollux/admin/contract';
import { computed, onScopeDispose, ref, shallowRef, type WatchSource, watch } from 'vue';
import { useLive } from '../stores/live.ts';

/** A row of the feed, or the place where events are missing. */
export type FeedEntry = FeedRow | { readonly kind: 'skipped'; readonly seq: number; readonly count: number };

const rowsKept = 2000;

export interface FeedOptions {
  readonly filter: () => FeedFilter;
  readonly on: WatchSource | WatchSource[];
  readonly backlog?: number;
}

export function useFeed(options: FeedOptions) {
  const live = useLive();
  const rows = shallowRef<readonly FeedEntry[]>([]);
  const held = shallowRef<readonly FeedEntry[]>([]);
  const paused = ref(false);
  /** True until the first frame has come. */
  const loading = ref(true);
  const heldCount = computed(() => held.value.length);
  let give: (() => void) | undefined;
  /** Below every number of an event: a place where events are missing needs one of its own even without rows behind it. */
  let unplaced = -1;

  function put(target: typeof rows, entries: readonly FeedEntry[]): void {
    target.value = [...entries, ...target.value].slice(0, rowsKept);
  }

  function take(found: readonly FeedRow[], frame: { readonly fresh: boolean; readonly skipped: number }): void {
    loading.value = false;
    const newest: FeedEntry[] = [...found].reverse();
    if (frame.skipped > 0) {
      const next = found[0]?.seq;
      if (next === undefined) unplaced -= 1;
      newest.push({ kind: 'skipped', seq: next === undefined ? unplaced : next - 0.5, count: frame.skipped });
    }
    if (frame.fresh) {
      rows.value = newest;
      held.value = [];
    } else put(paused.value ? held : rows, newest);
  }

  function follow(): void {
    give?.();
    loading.value = true;
    give = live.follow({ filter: options.filter(), backlog: options.backlog ?? 300, onRows: take });
  }

  watch(options.on, follow);
  watch(paused, (isPaused) => {
    if (isPaused) return;
    put(rows, held.value);
    held.value = [];
  });
  onScopeDispose(() => give?.());
  follow();

  function clear(): void {
    rows.value = [];
    held.value = [];
  }

  return { rows, heldCount, paused, loading, clear };
}

export type Feed = ReturnType<typeof useFeed>;
