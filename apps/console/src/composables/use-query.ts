/** Reads something from the server, and again every so often while somebody looks; never two reads at once. */
import { getCurrentScope, onScopeDispose, type Ref, ref, type ShallowRef, shallowRef, type WatchSource, watch } from 'vue';
import { type Failure, failureOf } from '../api.ts';

export interface QueryOptions {
  /** Milliseconds between the end of one read and the next. @default never again by itself */
  readonly everyMs?: number;
  /** Reads anew when one of these changes. */
  readonly on?: WatchSource | WatchSource[];
  /** Reads nothing while this is false. */
  readonly enabled?: () => boolean;
}

export interface Query<T> {
  readonly data: ShallowRef<T | undefined>;
  readonly failure: ShallowRef<Failure | undefined>;
  /** True until the first answer. */
  readonly loading: Ref<boolean>;
  /** When `data` came, milliseconds since 1970. */
  readonly atMs: Ref<number>;
  refresh(): Promise<void>;
  stop(): void;
}

export function useQuery<T>(read: (signal: AbortSignal) => Promise<T>, options: QueryOptions = {}): Query<T> {
  const data = shallowRef<T>();
  const failure = shallowRef<Failure>();
  const loading = ref(true);
  const atMs = ref(0);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | undefined;
  let stopped = false;

  function plan(): void {
    clearTimeout(timer);
    if (!stopped && options.everyMs !== undefined && document.visibilityState === 'visible')
      timer = setTimeout(refresh, options.everyMs);
  }

  async function refresh(): Promise<void> {
    running?.abort();
    clearTimeout(timer);
    if (stopped || options.enabled?.() === false) {
      loading.value = false;
      return;
    }
    const own = new AbortController();
    running = own;
    try {
      const found = await read(own.signal);
      if (own.signal.aborted) return;
      data.value = found;
      failure.value = undefined;
      atMs.value = Date.now();
    } catch (error) {
      if (own.signal.aborted) return;
      failure.value = failureOf(error);
    }
    loading.value = false;
    plan();
  }

  function onVisibility(): void {
    if (document.visibilityState === 'visible' && options.everyMs !== undefined) void refresh();
  }

  function stop(): void {
    stopped = true;
    clearTimeout(timer);
    running?.abort();
    document.removeEventListener('visibilitychange', onVisibility);
  }

  document.addEventListener('visibilitychange', onVisibility);
  if (options.on) watch(options.on, () => void refresh());
  if (getCurrentScope()) onScopeDispose(stop);
  void refresh();
  return { data, failure, loading, atMs, refresh, stop };
}
