// The live store and the feed against a scripted stream: what a server sends is exercised in @pollux/admin's own tests.
import type { FeedRow, LiveFrame, LiveInput } from '@pollux/admin/contract';
import { mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import { effectScope, nextTick, ref } from 'vue';
import type { Api } from '../src/api.ts';
import LivePill from '../src/components/shell/LivePill.vue';
import { useFeed } from '../src/composables/use-feed.ts';
import { useLive } from '../src/stores/live.ts';

interface Opened {
  readonly input: LiveInput;
  closed: boolean;
  send(id: string, data: LiveFrame): void;
}

function scripted() {
  const opened: Opened[] = [];
  const subscribe = (input: LiveInput, handlers: { onData: (frame: { id: string; data: LiveFrame }) => void }) => {
    const stream: Opened = { input, closed: false, send: (id, data) => handlers.onData({ id, data }) };
    opened.push(stream);
    return {
      unsubscribe: () => {
        stream.closed = true;
      },
    };
  };
  return { opened, api: { live: { stream: { subscribe } } } as unknown as Api };
}

const row = (seq: number): FeedRow => ({ seq, atMs: seq, kind: 'accepted', application: 'orders' });
const seqs = (rows: readonly { seq: number }[]) => rows.map((each) => each.seq);

describe('the live feed', () => {
  beforeEach(() => setActivePinia(createPinia()));

  function open() {
    const { opened, api } = scripted();
    const live = useLive();
    live.start(api, () => {});
    const application = ref('');
    const scope = effectScope();
    const feed = scope.run(() => useFeed({ filter: () => ({ application: application.value }), on: application })) as ReturnType<
      typeof useFeed
    >;
    const latest = () => opened.at(-1) as Opened;
    return { opened, live, feed, scope, application, latest };
  }

  it('has one connection at a time, and asks for rows only while a page shows them', () => {
    const { opened, scope, latest } = open();
    expect(opened.map((each) => [each.closed, each.input.rows])).toEqual([
      [true, false],
      [false, true],
    ]);
    scope.stop();
    expect([latest().input.rows, opened.filter((each) => !each.closed).length]).toEqual([false, 1]);
  });

  it('puts the newest first, holds while paused, and loses nothing on resuming', async () => {
    const { feed, latest } = open();
    latest().send('e:2', { fresh: true, rows: [row(1), row(2)] });
    expect(seqs(feed.rows.value)).toEqual([2, 1]);
    feed.paused.value = true;
    await nextTick();
    latest().send('e:4', { rows: [row(3), row(4)] });
    expect([seqs(feed.rows.value), feed.heldCount.value]).toEqual([[2, 1], 2]);
    feed.paused.value = false;
    await nextTick();
    expect([seqs(feed.rows.value), feed.heldCount.value]).toEqual([[4, 3, 2, 1], 0]);
  });

  it('shows where events are missing, and begins anew after a restart of the server', () => {
    const { feed, live, latest } = open();
    latest().send('e:1', { fresh: true, rows: [row(1)] });
    latest().send('e:9', { rows: [row(9)], skipped: 7 });
    expect(feed.rows.value.map((each) => each.kind)).toEqual(['accepted', 'skipped', 'accepted']);
    expect(live.gaps).toBe(1);
    latest().send('f:1', { fresh: true, rows: [row(1)] });
    expect(seqs(feed.rows.value)).toEqual([1]);
  });

  it('counts gaps until they were seen, or the feed in which they are has gone', async () => {
    const { application, live, latest, scope } = open();
    const pill = mount(LivePill, { global: { stubs: { HintTip: { template: '<slot />' } } } });
    latest().send('e:1', { fresh: true, rows: [row(1)] });
    await nextTick();
    expect(pill.text()).toBe('Live');
    latest().send('e:9', { rows: [row(9)], skipped: 7 });
    await nextTick();
    expect(pill.text()).toBe('Live · 1 gap');
    await pill.get('button').trigger('click');
    expect(pill.text()).toBe('Live');
    const filter = () => {
      application.value = 'news';
    };
    for (const leave of [filter, () => scope.stop(), () => live.stop()]) {
      latest().send('e:20', { skipped: 2 });
      expect(live.gaps).toBe(1);
      leave();
      await nextTick();
      latest().send('e:21', { fresh: true });
      expect(live.gaps).toBe(0);
    }
  });

  it('gives every place where events are missing a number of its own', () => {
    const { feed, latest } = open();
    latest().send('e:1', { fresh: true, rows: [row(1)] });
    latest().send('e:9', { skipped: 8 });
    latest().send('e:19', { skipped: 10 });
    latest().send('e:30', { rows: [row(30)], skipped: 10 });
    expect(new Set(seqs(feed.rows.value)).size).toBe(feed.rows.value.length);
  });

  it('asks the server again when the filter changes, from its beginning', async () => {
    const { application, latest } = open();
    latest().send('e:1', { fresh: true, rows: [row(1)] });
    application.value = 'news';
    await nextTick();
    expect(latest().input).toEqual({ rows: true, filter: { application: 'news' }, backlog: 300 });
  });

  it('keeps a bounded number of rows', () => {
    const { feed, latest } = open();
    for (let batch = 0; batch < 10; batch += 1)
      latest().send(`e:${batch}`, { rows: Array.from({ length: 500 }, (_, index) => row(batch * 500 + index)) });
    expect([feed.rows.value.length, feed.rows.value[0]?.seq]).toEqual([2000, 4999]);
  });
});
