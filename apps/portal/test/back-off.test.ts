import { describe, expect, it } from 'vitest';
import { nextPause } from '../src/applications/shared/back-off.ts';

const pause = { leastMs: 100, mostMs: 2000 };

describe('nextPause', () => {
  it.each([
    [0, 0, 100],
    [0, 1, 200],
    [1, 1, 400],
    [9, 1, 2000],
    [9, 0, 100],
  ])('after %i failures with chance %d is %i ms', (failures, chance, expected) => {
    expect(nextPause(pause, failures, null, 0, () => chance)).toBe(expected);
  });

  it.each([
    ['3', 3000],
    ['0', 100],
    ['Thu, 01 Jan 1970 00:00:05 GMT', 5000],
    ['tomorrow', 100],
  ])('is never shorter than Retry-After: %s', (retryAfter, expected) => {
    expect(nextPause(pause, 0, retryAfter, 0, () => 0)).toBe(expected);
  });
});
