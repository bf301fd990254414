import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { authorizePublisherKeys, bearerOf, fingerprintOf, mintKey } from '../src/index.ts';
import { sameDigest } from '../src/publisher-keys.ts';
import { showing } from './tokens-by-hand.ts';

const [old, fresh, both] = await Promise.all([mintKey(), mintKey(), mintKey()]);

describe('publisher keys', () => {
  const authorize = authorizePublisherKeys({
    orders: [old.fingerprint, fresh.fingerprint, both.fingerprint],
    news: [both.fingerprint],
    quiet: [],
  });

  it('several are good for one application at once, one for several applications', async () => {
    expect(await authorize(showing(old.key))).toEqual({ applications: ['orders'] });
    expect(await authorize(showing(fresh.key))).toEqual({ applications: ['orders'] });
    expect(await authorize(showing(both.key))).toEqual({ applications: ['orders', 'news'] });
  });

  it('whatever else is shown is nobody', async () => {
    const { key: stranger } = await mintKey();
    let refused = 0;
    const counted = authorizePublisherKeys({ orders: [old.fingerprint] }, { refused: () => refused++ });
    for (const key of ['wrong', stranger, old.key.slice(0, -1), `${old.key}a`, old.key.toLowerCase(), old.fingerprint.slice(7)])
      expect(await counted(showing(key))).toBeUndefined();
    expect(refused).toBe(6);
    for (const request of [showing(undefined), showing(''), showing(`${old.key} x`), showing(undefined, { 'x-key': old.key })])
      expect(await counted(request)).toBeUndefined();
  });

  it('are long, never the same, and known by their SHA-256', async () => {
    const keys = await Promise.all(Array.from({ length: 50 }, () => mintKey()));
    expect(new Set(keys.map(({ key }) => key)).size).toBe(50);
    for (const { key, fingerprint } of keys) {
      expect(key).toMatch(/^plx_[\w-]{43}$/);
      expect(fingerprint).toBe(`sha256:${createHash('sha256').update(key).digest('hex')}`);
      expect(await fingerprintOf(key)).toBe(fingerprint);
    }
  });

  it.each([
    [{ Orders: [] }, /Orders: is not a possible application name/],
    [{ orders: 'sha256:x' }, /orders: must be a list of fingerprints/],
    [{ orders: [old.key] }, /orders\[0\]: is not "sha256:"/],
    [{ orders: [old.fingerprint, old.fingerprint.toUpperCase()] }, /orders\[1\]/],
    [{ orders: [old.fingerprint.slice(0, -1)] }, /orders\[0\]/],
  ])('wrong settings are told at the start, without showing what may be a key: %#', (keys, says) => {
    expect(() => authorizePublisherKeys(keys as never)).toThrow(says);
    expect(() => authorizePublisherKeys(keys as never)).not.toThrow(old.key);
  });
});

it('digests are compared whole: every byte counts, and so does the length', () => {
  const digest = new Uint8Array(32).map((_, i) => i * 7);
  expect(sameDigest(digest, Uint8Array.from(digest))).toBe(true);
  for (let i = 0; i < 32; i++) {
    const other = Uint8Array.from(digest);
    other[i] = Number(other[i]) ^ 1;
    expect(sameDigest(digest, other)).toBe(false);
  }
  expect(sameDigest(digest, digest.slice(0, 31))).toBe(false);
  expect(sameDigest(digest.slice(0, 31), digest)).toBe(false);
  // Nothing that depends on where a difference lies: no return, break or shortcut inside the loop.
  expect(sameDigest.toString()).not.toMatch(/return(?! difference)|break|&&|\|\|/);
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
