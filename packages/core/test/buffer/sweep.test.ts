import { expect, it, vi } from 'vitest';
import { appendOne } from '../../src/buffer/memory/append.ts';
import type { MemoryContext } from '../../src/buffer/memory/context.ts';
import { exchangeOne } from '../../src/buffer/memory/exchange.ts';
import { sweep } from '../../src/buffer/memory/expiry.ts';
import { createTable } from '../../src/buffer/memory/table.ts';
import type { Place, QueueReading } from '../../src/buffer/message-buffer.ts';
import { defaultLimits } from '../../src/protocol/limits.ts';
import { aliceOrders, entryOf } from '../../src/testing/buffer-contract/scene.ts';

const day = 86_400_000;

interface Scene {
  nowMs: number;
  readonly context: MemoryContext;
  /** One poll of alice's queue, which kept her place for a minute. */
  poll(handled?: Place): QueueReading;
}

function openScene(): Scene {
  const asked = { ...aliceOrders, handled: undefined, read: undefined };
  const scene: Scene = {
    nowMs: 0,
    context: {
      table: createTable(() => 'an-epoch-11'),
      limits: { ...defaultLimits, keySeconds: 7 * 86_400 },
      now: () => scene.nowMs,
      watchers: new Set(),
      journal: undefined,
      freesFromMs: 0,
    },
    poll: (handled) =>
      exchangeOne(
        scene.context,
        { ...asked, handled },
        { session: 's', queues: [asked], maxBytes: 1000, keepMs: 60_000 },
        scene.nowMs,
      ),
  };
  return scene;
}

function sweepUntil(scene: Scene, endMs: number, stepMs = 1000): void {
  for (; scene.nowMs < endMs; scene.nowMs += stepMs) sweep(scene.context);
}

it.each([
  ['messages', {}],
  ['keys', { ttlSeconds: 1, key: 'k' }],
])('a queue with %s that nobody has used for a day is not looked at again before there is something to do', (_, more) => {
  const scene = openScene();
  const { context } = scene;
  const looks = vi.spyOn(context.table, 'schedule');
  scene.poll();
  appendOne(context, entryOf('waits', { ttlSeconds: 7 * 86_400, ...more }), 0);
  sweepUntil(scene, day + 60_000);
  looks.mockClear();
  sweepUntil(scene, day + 160_000);
  expect(looks).not.toHaveBeenCalled();
  sweepUntil(scene, 10 * day, 60_000);
  expect(context.table.entries.size).toBe(0);
});

it('a message that expires later than one that has left expires in its time, though the queue was looked at empty', () => {
  const scene = openScene();
  const { context } = scene;
  scene.poll();
  appendOne(context, entryOf('leaves', { ttlSeconds: 100 }), 0);
  const { epoch, last } = scene.poll();
  scene.poll({ epoch, position: last });
  expect(context.table.messages).toBe(0);
  sweepUntil(scene, 70_000);
  appendOne(context, entryOf('expires', { ttlSeconds: 200 }), scene.nowMs);
  sweepUntil(scene, 273_000);
  expect(context.table.messages).toBe(0);
});

it('who publishes to a full address is refused at little cost, until its keys can be given up', () => {
  const scene = openScene();
  const { context } = scene;
  Object.assign(context, { limits: { ...context.limits, addressBytes: 30_000 } });
  for (let n = 0; n < 200; n++) appendOne(context, entryOf(n, { key: `k${n}` }), 0);
  const queue = context.table.find(aliceOrders);
  const looks = vi.spyOn(queue?.keys ?? new Map(), Symbol.iterator);
  const { epoch, last } = scene.poll();
  const publish = () => appendOne(context, entryOf('m', { size: 1000 }), scene.nowMs).kind;
  for (let n = 0; n < 50; n++) expect(publish()).toBe('full');
  expect(looks.mock.calls.length).toBeLessThanOrEqual(1);
  scene.poll({ epoch, position: last });
  scene.nowMs += 1000;
  // More than there is room for beside all the keys.
  for (let n = 0; n < 20; n++) expect(publish()).toBe('stored');
});
