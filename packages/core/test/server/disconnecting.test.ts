/** A recipient is disconnected at every server that shares the message buffer. */
import { type BufferWatcher, createMemoryBuffer, type MessageBuffer } from '@pollux/core/server';
import { createManualClock } from '@pollux/core/testing';
import { describe, expect, it } from 'vitest';
import { createScene } from './scene.ts';

/** A buffer that others share, who may be away; says what it was asked to tell them. */
function sharedBuffer() {
  const clock = createManualClock();
  const told: string[] = [];
  const watchers: BufferWatcher[] = [];
  let isAway = false;
  const inner = createMemoryBuffer({ clock });
  const buffer: MessageBuffer = {
    ...inner,
    watch(watcher) {
      watchers.push(watcher);
      return inner.watch(watcher);
    },
    async announceDisconnect(recipient) {
      told.push(isAway ? `(${recipient})` : recipient);
      if (isAway) throw new Error('away');
    },
  };
  return {
    buffer,
    clock,
    told,
    /** Another server says that it disconnects someone. */
    hear(recipient: string) {
      for (const watcher of watchers) watcher.disconnected?.(recipient);
    },
    goAway(is: boolean) {
      isAway = is;
    },
  };
}

/** Whether something has come to its end. */
function watched(promise: unknown): { isOver: boolean } {
  const state = { isOver: false };
  void Promise.resolve(promise).then(() => {
    state.isOver = true;
  });
  return state;
}

describe('a server', () => {
  it('that has its buffer alone ends a recipient’s sessions at once, and has nobody to tell', () => {
    const { client, server } = createScene({ crm: {} });
    const alice = client({ recipient: 'alice' });
    alice.poll(['crm']);
    expect(server.disconnect('alice')).toBeUndefined();
    expect(server.inspect.totals().sessions).toBe(0);
  });

  it('ends what it holds when another one says so, and tells nobody of it', () => {
    const { buffer, clock, told, hear } = sharedBuffer();
    const { client, server } = createScene({ crm: {} }, {}, { buffer, clock });
    const heard: string[] = [];
    server.onDisconnect((recipient) => void heard.push(recipient));
    const [alice, bob] = [client({ recipient: 'alice' }), client({ recipient: 'bob' })];
    alice.poll(['crm']);
    bob.poll(['crm']);
    alice.poll(['crm'], { wait: 20 });
    expect(server.inspect.totals()).toMatchObject({ sessions: 2, heldPolls: 1 });
    hear('alice');
    expect(server.inspect.totals()).toMatchObject({ sessions: 1, heldPolls: 0 });
    expect([heard, told]).toEqual([['alice'], []]);
  });

  it('tells the others until they are told, once for all that asked meanwhile', async () => {
    const { buffer, clock, told, goAway } = sharedBuffer();
    const { server } = createScene({ crm: {} }, {}, { buffer, clock });
    goAway(true);
    const asked = [server.disconnect('alice'), server.disconnect('alice'), server.disconnect('bob')].map(watched);
    for (let second = 0; second < 3; second++) await clock.advance(1000);
    expect(told.filter((name) => name === '(alice)').length).toBeGreaterThanOrEqual(3);
    expect(asked.map(({ isOver }) => isOver)).toEqual([false, false, false]);
    goAway(false);
    told.length = 0;
    await clock.advance(1000);
    expect(told.toSorted()).toEqual(['alice', 'bob']);
    expect(asked.map(({ isOver }) => isOver)).toEqual([true, true, true]);
    await clock.advance(10_000);
    expect(told).toHaveLength(2);
    await server.disconnect('alice');
    expect(told).toHaveLength(3);
  });

  it('gives up when it closes', async () => {
    const { buffer, clock, told, goAway } = sharedBuffer();
    const { server } = createScene({ crm: {} }, {}, { buffer, clock });
    goAway(true);
    const asked = watched(server.disconnect('alice'));
    await clock.settle();
    await server.close({ drainSeconds: 0 });
    await clock.settle();
    expect(asked.isOver).toBe(true);
    await clock.advance(10_000);
    expect(told).toEqual(['(alice)']);
  });
});
