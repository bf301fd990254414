/** What is kept of an application's messages for all tabs: places in it, and what follows them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSectionLog, type News } from '../../src/client/section-log.ts';
import { direct } from './harness.ts';

const section = (from: number, to: number): News => ({
  kind: 'news',
  cursor: `c${to}`,
  messages: Array.from({ length: to - from + 1 }, (_, index) => direct(from + index)),
  gap: undefined,
});

const numbersAfter = (log: ReturnType<typeof createSectionLog>, place: string | null) =>
  log.since(place)?.flatMap(({ message }) => (message?.kind === 'direct' ? [message.data] : []));

describe('a place', () => {
  it('is followed by what came after it, from the end of what all have nothing', () => {
    const log = createSectionLog();
    log.start(null);
    log.add(section(1, 3));
    log.add(section(4, 5));
    expect(numbersAfter(log, null)).toEqual([1, 2, 3, 4, 5]);
    expect(numbersAfter(log, 'c2')).toEqual([3, 4, 5]);
    expect(numbersAfter(log, 'c5')).toEqual([]);
    expect(log.end).toBe('c5');
  });

  it('that is not known counts as behind all others: nothing beyond it is acknowledged', () => {
    const log = createSectionLog();
    log.start('c3');
    log.add(section(4, 5));
    expect(log.since('c1')).toBeUndefined();
    expect(log.lowest(['c5', 'c4'])).toBe('c4');
    expect(log.lowest(['c5', 'c1', 'c4'])).toBe('c1');
    expect(log.lowest([])).toBeUndefined();
  });

  it('that came twice is where it came last', () => {
    const log = createSectionLog();
    log.start(null);
    log.add(section(1, 2));
    log.add(section(1, 3));
    expect(numbersAfter(log, 'c2')).toEqual([3]);
    expect(log.lowest(['c2', 'c3'])).toBe('c2');
  });
});

it('tells whether a section brought anything', () => {
  const log = createSectionLog();
  log.start('c0');
  expect(log.add(section(1, 2))).toBe(true);
  expect(log.add(section(1, 2))).toBe(false);
  expect(log.add({ ...section(1, 2), gap: { losses: [] } })).toBe(true);
  expect(log.add(section(2, 3))).toBe(true);
});

/** Three tabs that take from one log what they handle, each at its own pace. */
function createTabs() {
  const log = createSectionLog();
  log.start('c0');
  const places = ['c0', 'c0', 'c0'];
  const handled: unknown[][] = [[], [], []];
  return {
    handled,
    published: 0,
    publish(count: number) {
      log.add(section(this.published + 1, this.published + count));
      this.published += count;
    },
    handle(tab: number, count: number, kept: number) {
      const entries = log.since(places[tab] ?? '')?.slice(0, count) ?? [];
      for (const { cursor, message } of entries) {
        if (message?.kind === 'direct') handled[tab]?.push(message.data);
        places[tab] = cursor ?? '';
      }
      const lowest = log.lowest(places);
      expect(Number(lowest?.slice(1))).toBe(Math.min(...places.map((place) => Number(place.slice(1)))));
      log.trim(lowest, kept);
    },
    left: (tab: number) => numbersAfter(log, places[tab] ?? ''),
  };
}

it('whatever is forgotten, no tab misses a message or gets one again', () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ tab: fc.nat(2), handles: fc.integer({ min: 1, max: 6 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(4), (steps, kept) => {
      const tabs = createTabs();
      for (const what of steps) {
        if ('add' in what) tabs.publish(what.add);
        else tabs.handle(what.tab, what.handles, kept);
      }
      for (const [tab, handled] of tabs.handled.entries())
        expect([...handled, ...(tabs.left(tab) ?? [])]).toEqual(Array.from({ length: tabs.published }, (_, index) => index + 1));
    }),
    { numRuns: 500 },
  );
});
