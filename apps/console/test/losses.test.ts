import { expect, it } from 'vitest';
import { lossesOf } from '../src/lib/losses.ts';

it('tells losses by reason, however many stretches they fell into', () => {
  const expired = Array.from({ length: 40 }, () => ({ reason: 'expired' as const, count: 2 }));
  expect(lossesOf([])).toBe('');
  expect(lossesOf([{ reason: 'overflow', count: 3 }, ...expired])).toBe('3 overflow, 80 expired');
  expect(lossesOf([{ reason: 'reset' }])).toBe('some reset');
  expect(lossesOf([{ reason: 'reset' }, { reason: 'reset', count: 5 }])).toBe('at least 5 reset');
});
