import { describe, expect, it } from 'vitest';
import {
  formatAgo,
  formatBytes,
  formatClock,
  formatDuration,
  formatElapsed,
  formatRate,
  formatShort,
  plural,
} from '../src/lib/format.ts';

describe('numbers and times as people read them', () => {
  it.each([
    [0, '<1 ms'],
    [84.4, '84 ms'],
    [999.9, '1.0 s'],
    [1234, '1.2 s'],
    [25_000, '25 s'],
    [185_000, '3 min 5 s'],
    [3_600_000, '1 h'],
    [7_440_000, '2 h 4 min'],
    [266_400_000, '3 d 2 h'],
  ])('%d ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('counts growing times in whole seconds', () => {
    expect([formatElapsed(1999), formatElapsed(61_500), formatElapsed(-5)]).toEqual(['1 s', '1 min 1 s', '0 s']);
  });

  it('shortens large numbers, sizes and rates', () => {
    expect([formatShort(9999), formatShort(12_345)]).toEqual(['9,999', '12.3k']);
    expect([formatBytes(0), formatBytes(1023), formatBytes(1536), formatBytes(536_870_912)]).toEqual([
      '0 B',
      '1023 B',
      '1.5 KiB',
      '512 MiB',
    ]);
    expect([formatRate(0), formatRate(0.34), formatRate(99.6)]).toEqual(['0', '0.3', '100']);
  });

  it('says how long ago, and how soon', () => {
    expect([formatAgo(10_000, 10_400), formatAgo(10_000, 22_000), formatAgo(70_000, 10_000)]).toEqual([
      'just now',
      '12 s ago',
      'in 1 min',
    ]);
  });

  it('shows three digits of milliseconds, also of broken ones', () => {
    expect(formatClock(1_700_000_000_041.736)).toMatch(/:20\.041$/);
  });

  it('knows one from many', () => {
    expect([plural(1, 'poll'), plural(0, 'poll'), plural(2, 'delivery', 'deliveries')]).toEqual([
      '1 poll',
      '0 polls',
      '2 deliveries',
    ]);
  });
});
