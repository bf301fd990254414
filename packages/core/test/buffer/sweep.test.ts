import { expect, it, vi } from 'vitest';
import { appendOne } from '../../src/buffer/memory/append.ts';
import type { MemoryContext } from '../../src/buffer/memory/context.ts';
import { exchangeOne } from '../../src/buffer/memory/exchange.ts';
import { sweep } from '../../src/buffer/memory/expiry.ts';
import { createTable } from '../../src/buffer/memory/table.ts';
import { defaultLimits } from '../../src/protocol/limits.ts';
import { aliceOrders, entryOf } from '../../src/testing/buffer-contract/scene.ts';

const day = 86_400_000;

it.each([
  ['messages', {}],
  ['keys', { ttlSeconds: 1, key: 'k' }],
])('a queue with %s that nobody has used for a day is not looked at again before there is something to do', (_, more) => {
  let nowMs = 0;
  const table = createTable(() => 'epoch');
  const looks = vi.spyOn(table, 'schedule');
  const context: MemoryContext = {
    table,
    limits: { ...defaultLimits, keySeconds: 7 * 86_400 },
    now: () => nowMs,
    watchers: new Set(),
    journal: undefined,
    freesFromMs: 0,
  };
  const asked = { ...aliceOrders, handled: undefined, read: undefined };
  exchangeOne(context, asked, { session: 's', queues: [asked], maxBytes: 1, keepMs: 60_000 }, 0);
  appendOne(context, entryOf('waits', { ttlSeconds: 7 * 86_400, ...more }), 0);
  for (; nowMs < day + 60_000; nowMs += 1000) sweep(context);
  looks.mockClear();
  for (; nowMs < day + 160_000; nowMs += 1000) sweep(context);
  expect(looks).not.toHaveBeenCalled();
  for (; nowMs < 10 * day; nowMs += 60_000) sweep(context);
  expect(table.entries.size).toBe(0);
});
