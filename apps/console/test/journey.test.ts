import type { JourneyView } from '@pollux/admin/contract';
import { describe, expect, it } from 'vitest';
import { isOver, stagesOf } from '../src/lib/journey.ts';
import { tokenize } from '../src/lib/json-tokens.ts';
import { layOut } from '../src/lib/routing-layout.ts';

const who = { session: 's1', recipient: 'alice' };
const journey: JourneyView = {
  id: 'AAAAAAAAAAA1',
  nowMs: 3000,
  application: 'orders',
  recorded: {
    address: { kind: 'recipient', name: 'alice' },
    type: 't',
    message: 'direct',
    bytes: 10,
    urgency: 'normal',
    ttlSeconds: 60,
    acceptedMs: 1000,
    waiting: 1,
    deliveries: 1,
    acknowledgements: 1,
    omitted: 0,
    steps: [
      { kind: 'delivered', atMs: 1000, ...who, poll: 3, transport: 'long-poll' },
      { kind: 'removed', atMs: 1150, reason: 'acknowledged' },
      { kind: 'acknowledged', atMs: 1150, ...who },
    ],
  },
};

describe('a journey', () => {
  it('reads in the order that people expect: acknowledged, then freed', () => {
    expect(stagesOf(journey).map(({ title, after }) => [title, after])).toEqual([
      ['Accepted', ''],
      ['Delivered to alice', '<1 ms'],
      ['Acknowledged by alice', '150 ms'],
      ['Freed: everybody acknowledged', '<1 ms'],
    ]);
    expect(isOver(journey)).toBe(true);
    expect(isOver({ id: 'x', nowMs: 0 })).toBe(false);
  });
});

describe('JSON with colours', () => {
  it('is the same text as before', () => {
    const json = JSON.stringify(
      { a: [1, -2.5e3, true, null], 'k"ey': 'v\\"al: {}', empty: {}, nested: { t: 'falsetto' } },
      undefined,
      2,
    );
    const tokens = tokenize(json);
    expect(tokens.map((token) => token.text).join('')).toBe(json);
    expect(tokens.filter((token) => token.kind === 'key').map((token) => token.text)).toEqual([
      '"a"',
      '"k\\"ey"',
      '"empty"',
      '"nested"',
      '"t"',
    ]);
  });
});

describe('JSON that was cut off', () => {
  it('is the same text as before, its last string whole', () => {
    const quotes = '\\"'.repeat(20_000);
    const begun = Array.from({ length: 3 }, (_, cut) => `{\n  "a": "${quotes}`.slice(0, -cut || undefined));
    for (const json of [...begun, '"', '"\\', '{"a": "b", "c']) {
      const tokens = tokenize(json);
      expect(tokens.map((token) => token.text).join('')).toBe(json);
      expect(tokens.length).toBeLessThan(10);
    }
  });
});

describe('the routing graph', () => {
  it('places applications, buffer and recipients in three columns', () => {
    const layout = layOut(
      {
        windowSeconds: 60,
        nowMs: 0,
        applications: [{ name: 'orders', sessions: 1 }],
        accepted: [{ application: 'orders', to: 'recipient', messages: 10 }],
        delivered: [{ application: 'orders', from: 'recipient', recipient: 'alice', messages: 9 }],
        recipients: [{ recipient: 'alice', sessions: 1, pending: 0, applications: ['orders'] }],
        others: 0,
        waiting: { recipient: 1, group: 0, everyone: 0 },
        partial: false,
      },
      600,
      300,
    );
    expect(layout?.nodes.map(({ name, messages, x0 }) => [name, messages, Math.round(x0)])).toEqual([
      ['orders', 10, 0],
      ['recipient', 10, 295],
      ['alice', 9, 590],
    ]);
    expect(layout?.links).toHaveLength(2);
  });
});
