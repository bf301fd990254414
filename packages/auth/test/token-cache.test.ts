import { describe, expect, it } from 'vitest';
import { createTokenCache } from '../src/token-cache.ts';

describe('the cache of checked tokens', () => {
  it('is bounded, forgetting what was used least lately', () => {
    const cache = createTokenCache<number>(2, () => 0);
    cache.set('a', 1, 10);
    cache.set('b', 2, 10);
    expect(cache.get('a')).toBe(1);
    cache.set('c', 3, 10);
    expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.size]).toEqual([1, undefined, 3, 2]);
  });

  it('forgets what has expired', () => {
    let nowMs = 0;
    const cache = createTokenCache<number>(2, () => nowMs);
    cache.set('a', 1, 10);
    nowMs = 10;
    expect(cache.get('a')).toBeUndefined();
    cache.set('late', 1, 10);
    expect(cache.size).toBe(0);
  });
});
