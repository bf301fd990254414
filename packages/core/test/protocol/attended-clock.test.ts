import { expect, it, onTestFinished, vi } from 'vitest';
import { attendedClock } from '../../src/protocol/system-environment.ts';

it.each([Number.POSITIVE_INFINITY, 1e12])('a delay of %d ms, as of a handler without a deadline, is not over at once', (ms) => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const callback = vi.fn();
  const timer = attendedClock.setTimeout(callback, ms);
  vi.advanceTimersByTime(86_400_000);
  expect(callback).not.toHaveBeenCalled();
  timer.clear();
  expect(vi.getTimerCount()).toBe(0);
});
