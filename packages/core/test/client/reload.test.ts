/** What survives a reload: cursors and ids, by base address and recipient. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deferred, direct, news, type Setup, setup } from './harness.ts';

const stored = new Map<string, string>();

beforeEach(() => {
  stored.clear();
  vi.stubGlobal('document', { visibilityState: 'visible' });
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  });
});

afterEach(() => void vi.unstubAllGlobals());

/** A life of the page, up to its first poll that names applications. */
async function load(handle: (data: unknown) => unknown, recipient = 'tag-of-alice', names = ['orders']): Promise<Setup> {
  const parts = setup();
  for (const name of names) parts.client.application(name).on('note', ({ data }) => handle(data));
  await parts.clock.advance(0);
  if (Object.keys(parts.poll().body.applications).length > 0) {
    const applications = Object.fromEntries(names.map((name) => [name, { cursor: `${name}0` }]));
    await parts.answer({ session: 's_1', recipient, applications });
  } else await parts.answer({ session: 's_1', recipient });
  return parts;
}

describe('a reload', () => {
  it('goes on from what was handled, and knows what came after it and was handled, too', async () => {
    const seen: unknown[] = [];
    const first = await load((data) => (data === 2 ? deferred().promise : void seen.push(data)));
    await first.answer(news('orders', [direct(1), direct(2)]));
    const second = await load((data) => void seen.push(data));
    expect(second.server.sent[0]?.body.applications).toEqual({});
    expect(second.poll().body.applications['orders']).toEqual({ cursor: 'c1' });
    await second.answer(news('orders', [direct(1), direct(2), direct(3)]));
    expect(seen).toEqual([1, 2, 3]);
  });

  it('remembers nothing for another recipient, and never stores the session', async () => {
    const first = await load(() => undefined);
    await first.answer(news('orders', [direct(1)]));
    expect([...stored.keys()]).toEqual(['pollux:https://hub.example/pollux']);
    expect([...stored.values()].join()).not.toContain('s_1');
    const second = await load(() => undefined, 'tag-of-bob');
    expect(second.poll().body.applications['orders']).toEqual({ cursor: null });
  });

  it('gives up a message that was begun and not finished five times, and the next one has its turn', async () => {
    const seen: unknown[] = [];
    for (let life = 0; life < 5; life++) {
      const parts = await load((data) => {
        seen.push(data);
        return deferred().promise;
      });
      await parts.answer(news('orders', [direct(1), direct(2)]));
    }
    expect(seen).toEqual([1, 1, 1, 1, 1]);
    const last = await load((data) => void seen.push(data));
    await last.answer(news('orders', [direct(1), direct(2)]));
    expect(seen.at(-1)).toBe(2);
    expect(seen).toHaveLength(6);
    expect(last.poll().body.failed).toEqual([{ id: 'm1', reason: 'begun and not finished too often' }]);
  });

  it('begins anew where the storage is forbidden, full, or holds something else', async () => {
    stored.set('pollux:https://hub.example/pollux', '{"tag":"tag-of-alice","places":{"orders":7},"done":{},"begun":3}');
    const garbled = await load(() => undefined);
    expect(garbled.told('request-failed')).toEqual([]);
    vi.stubGlobal('sessionStorage', {
      getItem: () => {
        throw new Error('forbidden');
      },
      setItem: () => {
        throw new Error('full');
      },
    });
    const seen: unknown[] = [];
    const forbidden = await load((data) => void seen.push(data));
    await forbidden.answer(news('orders', [direct(1)]));
    expect(seen).toEqual([1]);
  });

  it('takes an application named constructor for what it is', async () => {
    const first = await load(() => undefined, 'tag-of-alice', ['orders']);
    await first.answer(news('orders', [direct(1)]));
    const second = await load(() => undefined, 'tag-of-alice', ['constructor']);
    expect(second.poll().body.applications).toEqual({ constructor: { cursor: null } });
  });
});
