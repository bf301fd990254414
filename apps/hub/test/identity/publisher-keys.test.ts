import { describe, expect, it } from 'vitest';
import { bearerOf } from '../../src/identity/bearer.ts';
import { createPublisherKeys, mintPublisherKey } from '../../src/identity/publisher-keys.ts';
import { createTokenCache } from '../../src/identity/token-cache.ts';

const plain = { fetchTargets: [], retain: 'acknowledged', schemas: {} } as const;

describe('publisher keys', () => {
  const [old, fresh, both] = [mintPublisherKey(), mintPublisherKey(), mintPublisherKey()];
  const authorize = createPublisherKeys({
    orders: { ...plain, publisherKeys: [old.fingerprint, fresh.fingerprint, both.fingerprint] },
    news: { ...plain, publisherKeys: [both.fingerprint] },
    quiet: { ...plain, publisherKeys: [] },
  });

  it('several are good for one application at once, one for several applications', () => {
    expect(authorize(old.key)).toEqual({ applications: ['orders'] });
    expect(authorize(fresh.key)).toEqual({ applications: ['orders'] });
    expect(authorize(both.key)).toEqual({ applications: ['orders', 'news'] });
  });

  it.each(['', 'wrong', mintPublisherKey().key, old.key.slice(0, -1), `${old.key} `, old.fingerprint])('%j is nobody', (key) => {
    expect(authorize(key)).toBeUndefined();
  });

  it('are long and never the same', () => {
    const keys = Array.from({ length: 50 }, () => mintPublisherKey());
    expect(new Set(keys.map(({ key }) => key)).size).toBe(50);
    for (const { key, fingerprint } of keys) {
      expect(key).toMatch(/^plx_[\w-]{43}$/);
      expect(fingerprint).toMatch(/^sha256:[0-9a-f]{64}$/);
    }
  });
});

describe('the Authorization header', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer  a.b-c_d~+/==', 'a.b-c_d~+/=='],
    ['Basic abc', undefined],
    ['Bearer', undefined],
    ['Bearer a b', undefined],
    ['Bearer abc, Bearer def', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j -> %j', (header, expected) => {
    expect(bearerOf(header)).toBe(expected);
  });
});

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
