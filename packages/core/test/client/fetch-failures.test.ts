import { describe, expect, it } from 'vitest';
import { opened, origin } from './fetch-setup.ts';
import { deferred, direct, fetchMessage, news, type Sent } from './harness.ts';

describe('a fetch that fails', () => {
  it.each([
    ['a network error', (request: Sent | undefined) => request?.fail('refused'), 'TypeError: refused'],
    ['500', (request: Sent | undefined) => request?.answer(500, 'x'), 'status 500'],
    ['429', (request: Sent | undefined) => request?.answer(429, 'x'), 'status 429'],
  ])('%s: is tried four times with back-off, then reported, and the queue goes on', async (_name, fail, reason) => {
    const { answer, clock, orders, poll, requests, told, fetched, bodies } = await opened({ fetchTargets: [origin] }, 1);
    orders.on('note', () => void bodies.push('note'));
    await answer(news('orders', [fetchMessage(1, { href: `${origin}/x` }), direct(2)]));
    for (const [index, ms] of [2000, 4000, 8000].entries()) {
      fail(requests()[index]);
      await clock.advance(ms - 1);
      expect(requests()).toHaveLength(index + 1);
      await clock.advance(1);
      expect(requests()).toHaveLength(index + 2);
    }
    fail(requests()[3]);
    await clock.advance(1000);
    expect(fetched).toEqual([]);
    expect(bodies).toEqual(['note']);
    expect(told('handler-failed')).toMatchObject([{ id: 'm1', reason }]);
    expect(poll().body).toMatchObject({ failed: [{ id: 'm1', reason }], applications: { orders: { cursor: 'c2' } } });
  });

  it('takes Retry-After as a floor', async () => {
    const { answer, clock, requests } = await opened({ fetchTargets: [origin] }, 0);
    await answer(news('orders', [fetchMessage(1, { href: `${origin}/x` })]));
    requests()[0]?.answer(503, '', { 'retry-after': '9' });
    await clock.advance(8999);
    expect(requests()).toHaveLength(1);
    await clock.advance(1);
    expect(requests()).toHaveLength(2);
  });

  it('is given up and tried again after 30 s without an answer', async () => {
    const { answer, clock, requests } = await opened({ fetchTargets: [origin] }, 0);
    await answer(news('orders', [fetchMessage(1, { href: `${origin}/x` })]));
    await clock.advance(30_000);
    expect(requests()[0]?.aborted).toBe(true);
    await clock.advance(500);
    expect(requests()).toHaveLength(2);
  });

  it.each([200, 201, 404, 410, 403])('status %i is for the handler to judge', async (status) => {
    const { answer, clock, fetched, requests } = await opened();
    await answer(news('orders', [fetchMessage(1, { href: `${origin}/x` })]));
    requests()[0]?.answer(status, 'x');
    await clock.settle();
    expect(fetched[0]?.response.status).toBe(status);
  });

  it('headers that cannot be had are a failure as well', async () => {
    const { answer, clock, requests, told } = await opened({
      fetchTargets: [origin],
      fetchHeaders: () => {
        throw new Error('signed out');
      },
    });
    await answer(news('orders', [fetchMessage(1, { href: `${origin}/x` })]));
    await clock.advance(30_000);
    expect(requests()).toEqual([]);
    expect(told('handler-failed')).toMatchObject([{ reason: 'Error: signed out' }]);
  });

  it('headers that never come are given up as well, and the queue goes on', async () => {
    const { answer, bodies, clock, orders, requests, told } = await opened({
      fetchTargets: [origin],
      fetchHeaders: () => new Promise(() => undefined),
    });
    orders.on('note', () => void bodies.push('note'));
    await answer(news('orders', [fetchMessage(1, { href: `${origin}/x` }), direct(2)]));
    await clock.advance(4 * 30_000 + 20_000);
    expect(requests()).toEqual([]);
    expect(told('handler-failed')).toMatchObject([{ reason: 'Error: no answer within 30 s' }]);
    expect(bodies).toEqual(['note']);
  });

  it('a handler that fails is called again with a body that it can read again, without another request', async () => {
    const { answer, bodies, clock, orders, requests, told } = await opened();
    let calls = 0;
    orders.onFetch('changed', async ({ response }) => {
      expect(await response.text()).toBe('body');
      if (++calls < 3) throw new Error('not yet');
    });
    await answer(news('orders', [fetchMessage(1, { href: `${origin}/x`, version: '1' })]));
    requests()[0]?.answer(200, 'body');
    await clock.advance(2000);
    expect(calls).toBe(3);
    expect(bodies).toEqual(['body']);
    expect(requests()).toHaveLength(1);
    expect(told('handled')).toHaveLength(1);
  });

  it('is given up with the client', async () => {
    const { answer, client, clock, requests } = await opened();
    await answer(news('orders', [fetchMessage(1, { href: `${origin}/x` })]));
    void client.close();
    await clock.advance(5000);
    expect(requests()[0]?.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('is no failure for good where the client ended in the last attempt', async () => {
    const { answer, client, clock, requests, told } = await opened();
    await answer(news('orders', [fetchMessage(1, { href: `${origin}/x` })]));
    for (let attempt = 0; attempt < 3; attempt++) {
      requests()[attempt]?.answer(500);
      await clock.advance(20_000);
    }
    expect(requests()).toHaveLength(4);
    void client.close();
    await clock.settle();
    expect(told('handler-failed')).toEqual([]);
  });

  it('and whose application has left meanwhile comes again when it joins again', async () => {
    const { answer, client, clock, orders, requests, poll } = await opened();
    const gate = deferred();
    orders.on('note', () => gate.promise);
    await answer(news('orders', [direct(1), fetchMessage(2, { href: `${origin}/x` })]));
    orders.close();
    gate.resolve();
    await clock.settle();
    client.application('orders');
    await clock.advance(20);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'c1' });
    await answer(news('orders', [fetchMessage(2, { href: `${origin}/x` })]));
    expect(requests()).toHaveLength(1);
  });
});
