import { totalmem } from 'node:os';
import { describe, expect, it } from 'vitest';
import { checkConfiguration } from '../../src/configuration/check.ts';
import type { Fault } from '../../src/configuration/faults.ts';
import { pathText } from '../../src/configuration/outline.ts';
import { goodConfiguration, secret } from '../support/good-configuration.ts';
import { badConfigurations } from './bad-configurations.ts';

const memory = 4_000_000_000;

function faultsOf(raw: unknown): readonly Fault[] {
  const checked = checkConfiguration(raw, memory);
  return 'faults' in checked ? checked.faults : [];
}

describe('a configuration that must not start', () => {
  it.each(badConfigurations)('$set = $to', ({ set, to, blames, says }) => {
    const faults = faultsOf(goodConfiguration(set, to));
    expect([...new Set(faults.map(({ path }) => pathText(path)))]).toEqual([blames ?? set]);
    expect(faults[0]?.text).toMatch(says);
  });

  it('is refused with all its faults at once, those between settings included', () => {
    const raw = goodConfiguration('identity.developmentSignIn', true);
    const faults = faultsOf({
      ...raw,
      listen: { host: '0.0.0.0', port: 'x' },
      limits: { holdSeconds: -1, ttlSeconds: 9, ttlMaxSeconds: 8 },
      colour: 1,
    });
    expect(faults.map(({ path }) => pathText(path)).toSorted()).toEqual([
      'colour',
      'identity.developmentSignIn',
      'limits.holdSeconds',
      'limits.ttlSeconds',
      'listen.port',
    ]);
  });

  it('never shows a secret', () => {
    const spoilt = [
      goodConfiguration('identity.tokens.secret', 'short-but-secret'),
      goodConfiguration('applications.orders.publisherKeys', ['plain-publisher-key']),
      goodConfiguration('applications.orders.publisherKeys', 'plain-publisher-key'),
      goodConfiguration('identity.tokens.secret', ['short-but-secret']),
      goodConfiguration('admin.credentials', [{ name: 'a', password: 'plain-password', role: 'admin' }]),
    ];
    for (const raw of spoilt) expect(JSON.stringify(faultsOf(raw))).not.toMatch(/short-but-secret|plain-/);
  });

  it.each([{ raw: undefined }, { raw: null }, { raw: 5 }, { raw: 'x' }, { raw: [] }])(
    'is $raw instead of an object',
    ({ raw }) => {
      expect(faultsOf(raw)[0]?.text).toMatch(/must be an object/);
    },
  );
});

describe('the development sign-in', () => {
  it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('may be on at %s', (host) => {
    expect(faultsOf({ ...goodConfiguration('identity.developmentSignIn', true), listen: { host } })).toEqual([]);
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', '127.0.0.1.example.com', '::ffff:127.0.0.1', 'myhost'])(
    'refuses to start at %s',
    (host) => {
      const faults = faultsOf({ ...goodConfiguration('identity.developmentSignIn', true), listen: { host } });
      expect(faults.map(({ path }) => pathText(path))).toEqual(['identity.developmentSignIn']);
      expect(faults[0]?.text).toContain(`while listen.host is "${host}"`);
    },
  );
});

describe('a configuration that may start', () => {
  it('gets every default', () => {
    const checked = checkConfiguration({ applications: { orders: {} }, identity: { tokens: { secret } } }, memory);
    expect(checked).toMatchObject({
      configuration: {
        listen: { host: '127.0.0.1', port: 4100 },
        basePath: '/pollux',
        origins: [],
        applications: { orders: { publisherKeys: [], fetchTargets: [], retain: 'acknowledged', schemas: {} } },
        identity: { developmentSignIn: false },
        buffer: {
          kind: 'lmdb',
          path: 'pollux-buffer.mdb',
          url: 'redis://127.0.0.1:6379',
          prefix: 'pollux:',
          waitReplicas: 0,
          buckets: 256,
        },
        limits: { holdSeconds: 25, queueMessages: 1000, bufferBytes: memory / 2 },
        log: { level: 'info' },
        shutdown: { drainSeconds: 5 },
      },
    });
    expect('configuration' in checked && checked.configuration.admin).toBeUndefined();
  });

  it('bounds a buffer in Redis by itself, not by the memory of this process', () => {
    const checked = checkConfiguration({ ...goodConfiguration(), buffer: { kind: 'redis' } }, 1_000_000);
    expect('configuration' in checked && checked.configuration.limits.bufferBytes).toBe(536_870_912);
  });

  it('takes several addresses of a cluster', () => {
    const url = 'redis://127.0.0.1:6379 rediss://user:a,b@redis.example:6380';
    expect(faultsOf(goodConfiguration('buffer.url', url))).toEqual([]);
    expect(faultsOf(goodConfiguration('buffer.url', `${url} redis`))).not.toEqual([]);
    expect(faultsOf(goodConfiguration('buffer.url', ' '))).not.toEqual([]);
  });

  it('buffers at most half of the machine', () => {
    const checked = checkConfiguration(goodConfiguration());
    expect('configuration' in checked && checked.configuration.limits.bufferBytes).toBeLessThanOrEqual(totalmem() / 2);
  });

  it('may let other machines reach the console when that is said', () => {
    expect(faultsOf(goodConfiguration('admin.allowRemote', true))).toEqual([]);
    const raw = goodConfiguration('admin.allowRemote', true) as { admin: object };
    expect(faultsOf({ ...raw, admin: { ...raw.admin, host: '0.0.0.0' } })).toEqual([]);
  });
});
