import { afterEach, describe, expect, it, vi } from 'vitest';
import { opened, origin } from './fetch-setup.ts';
import { direct, fetchMessage, news, setup } from './harness.ts';

afterEach(() => vi.unstubAllGlobals());

describe('a fetch message', () => {
  it('makes one plain request, and hands over what came', async () => {
    const { answer, bodies, clock, fetched, poll, requests, told } = await opened();
    const message = fetchMessage(1, { href: `${origin}/orders/7?full=1` });
    await answer(news('orders', [message]));
    expect(requests()).toHaveLength(1);
    expect(requests()[0]).toMatchObject({ url: `${origin}/orders/7?full=1`, method: 'GET' });
    expect(requests()[0]?.init).toMatchObject({
      redirect: 'error',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-cache',
    });
    expect(poll().body.applications['orders']).toEqual({ cursor: 'orders0', read: 'c1' });
    requests()[0]?.answer(200, '{"id":7}');
    await clock.settle();
    expect(fetched[0]?.message).toEqual(message);
    expect(bodies).toEqual(['{"id":7}']);
    expect(told('fetched')).toEqual([{ kind: 'fetched', application: 'orders', href: `${origin}/orders/7?full=1`, status: 200 }]);
    await clock.advance(1000);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'c1' });
  });

  it("carries the application's own headers and credentials, to its targets only", async () => {
    const { answer, requests, clock } = await opened({
      fetchTargets: [origin],
      fetchCredentials: 'include',
      fetchHeaders: async () => ({ authorization: 'Bearer own' }),
    });
    await answer(news('orders', [fetchMessage(1, { href: 'https://evil.example/' }), fetchMessage(2, { href: `${origin}/x` })]));
    await clock.settle();
    expect(requests().map(({ url }) => url)).toEqual([`${origin}/x`]);
    expect(requests()[0]?.init.credentials).toBe('include');
    expect(requests()[0]?.header('authorization')).toBe('Bearer own');
  });

  it('that names what is not registered is reported as failed, never fetched', async () => {
    const { answer, clock, poll, requests, told } = await opened();
    await answer(news('orders', [fetchMessage(1, { href: 'https://evil.example/' }), fetchMessage(2, { href: '/orders' })]));
    await clock.advance(1000);
    expect(requests()).toEqual([]);
    expect(told('handler-failed').map(({ id, reason }) => `${id} ${reason}`)).toEqual([
      'm1 fetch target not registered',
      'm2 fetch target not registered',
    ]);
    expect(poll().body.failed?.map(({ id }) => id)).toEqual(['m1', 'm2']);
  });

  it('may name a path of the own origin where that is registered and there is an origin', async () => {
    const message = fetchMessage(1, { href: '/api/orders/7' });
    const outside = await opened({ fetchTargets: ['/api'] });
    await outside.answer(news('orders', [message]));
    expect(outside.requests()).toEqual([]);
    for (const [pageOrigin, urls] of [
      ['null', []],
      ['https://page.example', ['https://page.example/api/orders/7']],
    ] as const) {
      vi.stubGlobal('location', { origin: pageOrigin });
      const inside = await opened({ fetchTargets: ['/api'] });
      await inside.answer(news('orders', [message]));
      expect(inside.requests().map(({ url }) => url)).toEqual(urls);
    }
  });

  it('a wrong target among those registered throws at once, naming it', () => {
    const { client } = setup();
    expect(() => client.application('orders', { fetchTargets: ['orders.example'] })).toThrow('"orders.example"');
  });

  it('is in order with the direct ones', async () => {
    const { answer, clock, orders, requests, bodies } = await opened();
    orders.on('note', ({ data }) => void bodies.push(`note ${data}`));
    await answer(news('orders', [direct(1), fetchMessage(2, { href: `${origin}/x` }), direct(3)]));
    expect(bodies).toEqual(['note 1']);
    requests()[0]?.answer(200, 'x');
    await clock.settle();
    expect(bodies).toEqual(['note 1', 'x', 'note 3']);
  });

  it('waits a random part of its spread', async () => {
    const { answer, clock, requests } = await opened({ fetchTargets: [origin] }, 0.25);
    await answer(news('orders', [fetchMessage(1, { href: `${origin}/x`, spread: 10 })]));
    await clock.advance(2499);
    expect(requests()).toHaveLength(0);
    await clock.advance(1);
    expect(requests()).toHaveLength(1);
  });

  it('never waits longer than a minute', async () => {
    const { answer, clock, requests } = await opened({ fetchTargets: [origin] }, 1);
    await answer(news('orders', [fetchMessage(1, { href: `${origin}/x`, spread: 1e9 })]));
    await clock.advance(60_000);
    expect(requests()).toHaveLength(1);
  });
});

describe('a burst of fetch messages', () => {
  it('costs two requests: one at once, one for all that came meanwhile, for the newest of them', async () => {
    const { answer, bodies, clock, fetched, poll, requests, told } = await opened();
    const burst = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) =>
        fetchMessage(from + index, { href: `${origin}/list?upto=${from + index}` }, { topic: 'list' }),
      );
    await answer(news('orders', burst(1, 1)));
    await answer(news('orders', burst(2, 30)));
    await answer(news('orders', burst(31, 60)));
    requests()[0]?.answer(200, 'first');
    await clock.settle();
    requests()[1]?.answer(200, 'second');
    await clock.settle();
    expect(requests().map(({ url }) => url)).toEqual([`${origin}/list?upto=1`, `${origin}/list?upto=60`]);
    expect(bodies).toEqual(['first', 'second']);
    expect(fetched[1]?.message.id).toBe('m60');
    expect(told('handled').map(({ id }) => id)).toEqual(Array.from({ length: 60 }, (_, index) => `m${index + 1}`));
    await clock.advance(1000);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'c60' });
  });

  it('that came in one answer costs one', async () => {
    const { answer, clock, requests, told } = await opened();
    await answer(
      news(
        'orders',
        [1, 2, 3].map((number) => fetchMessage(number, { href: `${origin}/list` })),
      ),
    );
    requests()[0]?.answer(200, '');
    await clock.advance(1000);
    expect(requests()).toHaveLength(1);
    expect(told('handled')).toHaveLength(3);
  });

  it('of different addresses, topics or types costs one each', async () => {
    const { answer, clock, orders, requests } = await opened();
    orders.onFetch('other', () => undefined);
    const href = `${origin}/x`;
    await answer(
      news('orders', [
        fetchMessage(1, { href }),
        fetchMessage(2, { href: `${href}y` }),
        fetchMessage(3, { href }, { topic: 'a' }),
        fetchMessage(4, { href }, { topic: 'b' }),
        fetchMessage(5, { href }, { type: 'other' }),
      ]),
    );
    for (let index = 0; index < 5; index++) {
      requests()[index]?.answer(200, '');
      await clock.settle();
    }
    expect(requests()).toHaveLength(5);
  });

  it('a version that is here already is not fetched again; another one is', async () => {
    const { answer, bodies, clock, poll, requests } = await opened();
    const href = `${origin}/x`;
    await answer(news('orders', [fetchMessage(1, { href, version: '5' })]));
    requests()[0]?.answer(200, 'five');
    await clock.settle();
    await answer(news('orders', [fetchMessage(2, { href, version: '5' })]));
    expect(poll().body.applications['orders']).toEqual({ cursor: 'c2' });
    await answer(news('orders', [fetchMessage(3, { href, version: '6' })]));
    requests()[1]?.answer(200, 'six');
    await clock.settle();
    expect(bodies).toEqual(['five', 'six']);
  });

  it('a version that handlers of another type had is fetched for those of this one', async () => {
    const { answer, bodies, clock, orders, requests } = await opened();
    orders.onFetch('audited', async ({ response }) => void bodies.push(`audited ${await response.text()}`));
    const fetch = { href: `${origin}/x`, version: '5' };
    await answer(news('orders', [fetchMessage(1, fetch), fetchMessage(2, fetch, { type: 'audited' })]));
    requests()[0]?.answer(200, 'five');
    await clock.settle();
    requests()[1]?.answer(200, 'five');
    await clock.settle();
    expect(bodies).toEqual(['five', 'audited five']);
  });
});
