/**
 * The one live connection of this tab: ticks for every page, rows for the page that asks for them. A hidden tab lets its
 * connection go after a while, since a browser gives all tabs of a site together only six; it resumes where it was.
 */
import type { FeedFilter, FeedRow, LiveFrame, Tick } from '@pollux/admin/contract';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { type Api, failureOf } from '../api.ts';

export type LiveState = 'off' | 'connecting' | 'live' | 'reconnecting' | 'hidden';

/** What a page wants to see of the feed. */
export interface FeedRequest {
  readonly filter?: FeedFilter;
  readonly backlog?: number;
  readonly onRows: (rows: readonly FeedRow[], frame: { readonly fresh: boolean; readonly skipped: number }) => void;
}

const hiddenMs = 20_000;
const againMs = 2000;
const ticksKept = 300;

export const useLive = defineStore('live', () => {
  const state = ref<LiveState>('off');
  const sinceMs = ref(Date.now());
  /** Places where this page missed events, until somebody has seen them or the feed begins anew. */
  const gaps = ref(0);
  const ticks = shallowRef<readonly Tick[]>([]);
  const tick = computed(() => ticks.value.at(-1));
  /** What the server's clock is ahead of this one. */
  const clockSkewMs = ref(0);
  let api: Api | undefined;
  let request: FeedRequest | undefined;
  let lastEventId: string | undefined;
  let stopStream: (() => void) | undefined;
  let hiddenTimer: ReturnType<typeof setTimeout> | undefined;
  let againTimer: ReturnType<typeof setTimeout> | undefined;
  let onSignedOut: () => void = () => {};

  function become(next: LiveState): void {
    if (state.value === next) return;
    state.value = next;
    sinceMs.value = Date.now();
  }

  function take(id: string, frame: LiveFrame): void {
    lastEventId = id;
    become('live');
    if (frame.fresh) gaps.value = 0;
    if (frame.skipped) gaps.value += 1;
    if (frame.tick) {
      clockSkewMs.value = frame.tick.nowMs - Date.now();
      const kept = frame.fresh ? [] : ticks.value;
      ticks.value = [...kept.slice(1 - ticksKept), frame.tick];
    }
    if (frame.rows || frame.skipped || frame.fresh) {
      request?.onRows(frame.rows ?? [], { fresh: frame.fresh === true, skipped: frame.skipped ?? 0 });
    }
  }

  /** A stream is over: the server ended it, or refused it without telling how, so it is asked who is signed in. */
  function again(): void {
    stopStream = undefined;
    become('reconnecting');
    clearTimeout(againTimer);
    againTimer = setTimeout(async () => {
      const asked = api;
      const view = await asked?.session.me.query().catch(() => undefined);
      if (asked !== api || state.value !== 'reconnecting') return;
      if (view && !view.user) onSignedOut();
      else open();
    }, againMs);
  }

  function open(): void {
    stopStream?.();
    clearTimeout(againTimer);
    if (!api) return;
    if (state.value === 'off' || state.value === 'hidden') become('connecting');
    const { filter, backlog } = request ?? {};
    const input = {
      rows: request !== undefined,
      ...(filter ? { filter } : {}),
      ...(backlog === undefined ? {} : { backlog }),
      ...(lastEventId ? { lastEventId } : {}),
    };
    // Giving a stream up completes it as well: what it says then counts no more.
    let given = false;
    const subscription = api.live.stream.subscribe(input, {
      onData: ({ id, data }) => take(id, data),
      onConnectionStateChange: ({ state: connection, error }) => {
        if (connection === 'connecting' && error) become('reconnecting');
      },
      onError: (error) => {
        if (failureOf(error).kind === 'unauthorized') onSignedOut();
        else if (!given) again();
      },
      onComplete: () => {
        if (!given) again();
      },
    });
    stopStream = () => {
      given = true;
      subscription.unsubscribe();
    };
  }

  function close(next: LiveState): void {
    clearTimeout(againTimer);
    stopStream?.();
    stopStream = undefined;
    become(next);
  }

  function onVisibility(): void {
    clearTimeout(hiddenTimer);
    if (document.visibilityState === 'hidden') hiddenTimer = setTimeout(close, hiddenMs, 'hidden');
    else if (state.value === 'hidden') open();
  }

  /** Opens the connection for a signed-in person. */
  function start(client: Api, signedOut: () => void): void {
    if (api) return;
    api = client;
    onSignedOut = signedOut;
    document.addEventListener('visibilitychange', onVisibility);
    open();
  }

  function stop(): void {
    document.removeEventListener('visibilitychange', onVisibility);
    clearTimeout(hiddenTimer);
    close('off');
    api = undefined;
    lastEventId = undefined;
    ticks.value = [];
    gaps.value = 0;
  }

  function seeGaps(): void {
    gaps.value = 0;
  }

  /** Asks for rows; the returned function gives them up. Another filter means another backlog, so the stream begins anew. */
  function follow(wanted: FeedRequest): () => void {
    request = wanted;
    lastEventId = undefined;
    open();
    return () => {
      if (request !== wanted) return;
      request = undefined;
      lastEventId = undefined;
      open();
    };
  }

  return { state, sinceMs, gaps, ticks, tick, clockSkewMs, start, stop, follow, seeGaps };
});
