// The one live connection: what becomes of it when the server ends it, refuses it, or cannot be reached.
import type { LiveFrame } from '@pollux/admin/contract';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Api } from '../src/api.ts';
import { useLive } from '../src/stores/live.ts';

interface Handlers {
  readonly onData: (frame: { id: string; data: LiveFrame }) => void;
  readonly onComplete: () => void;
  readonly onError: (error: unknown) => void;
  readonly onConnectionStateChange: (state: { state: string; error: unknown }) => void;
}

/** A server whose streams the test plays; `me` answers who is signed in. */
function played(me: () => Promise<{ user?: object }>) {
  const streams: Handlers[] = [];
  const subscribe = (_: unknown, handlers: Handlers) => {
    streams.push(handlers);
    // As tRPC does: a stream begins by connecting, and giving it up completes it.
    handlers.onConnectionStateChange({ state: 'connecting', error: null });
    return { unsubscribe: () => handlers.onComplete() };
  };
  const api = { live: { stream: { subscribe } }, session: { me: { query: me } } } as unknown as Api;
  const live = useLive();
  const signedOut = vi.fn();
  live.start(api, signedOut);
  return { live, signedOut, streams, last: () => streams.at(-1) as Handlers };
}

const frame = { id: 'e:1', data: {} };

describe('the live connection', () => {
  beforeEach(() => {
    setActivePinia(createPinia());
    vi.useFakeTimers();
  });
  afterEach(() => vi.useRealTimers());

  it('is made again after the server has ended it in order', async () => {
    const { live, streams, last } = played(() => Promise.resolve({ user: {} }));
    last().onData(frame);
    expect(live.state).toBe('live');
    last().onComplete();
    expect([live.state, streams.length]).toEqual(['reconnecting', 1]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(streams.length).toBe(2);
    last().onData(frame);
    expect(live.state).toBe('live');
  });

  it('is tried again while nobody answers', async () => {
    const { live, signedOut, streams, last } = played(() => Promise.reject(new Error('unreachable')));
    for (const tries of [2, 3, 4]) {
      last().onError(new Error('502'));
      await vi.advanceTimersByTimeAsync(2000);
      expect([live.state, streams.length]).toEqual(['reconnecting', tries]);
    }
    expect(signedOut).not.toHaveBeenCalled();
  });

  it('is over when the server knows the session no more', async () => {
    const { signedOut, streams, last } = played(() => Promise.resolve({}));
    last().onError(new Error('401'));
    await vi.advanceTimersByTimeAsync(2000);
    expect([signedOut.mock.calls.length, streams.length]).toEqual([1, 1]);
  });

  it('is not called lost when a page asks for other rows, nor tried again after signing out', async () => {
    const { live, streams, last } = played(() => Promise.resolve({ user: {} }));
    last().onData(frame);
    live.follow({ onRows: () => {} });
    expect([live.state, streams.length]).toEqual(['live', 2]);
    last().onConnectionStateChange({ state: 'connecting', error: new Error('cut') });
    expect(live.state).toBe('reconnecting');
    live.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect([live.state, streams.length]).toEqual(['off', 2]);
  });
});
