/** A message whose type nobody handles, while its application comes and goes. */
import { describe, expect, it } from 'vitest';
import { origin } from './fetch-setup.ts';
import { deferred, direct, fetchMessage, news, setup } from './harness.ts';

it('is not given up for an application that left: joined again, it is handled', async () => {
  const { answer, client, clock, open, poll, told } = setup();
  const orders = client.application('orders');
  await open();
  await answer(news('orders', [direct(1)]));
  await clock.advance(2000);
  orders.close();
  await clock.advance(60_000);
  expect(told('unhandled')).toEqual([]);
  const seen: unknown[] = [];
  client.application('orders');
  await clock.advance(20);
  expect(poll().body.applications).toEqual({ orders: { cursor: 'orders0' } });
  orders.on('note', ({ data }) => void seen.push(data));
  await answer(news('orders', [direct(1), direct(2)]));
  expect(seen).toEqual([1, 2]);
});

it('waits on where a handler came and went at once', async () => {
  const { answer, client, clock, open, told } = setup();
  const orders = client.application('orders');
  await open();
  await answer(news('orders', [direct(1)]));
  orders.on('note', () => undefined)();
  await clock.advance(1000);
  expect(told('unhandled')).toEqual([]);
  const seen: unknown[] = [];
  orders.on('note', ({ data }) => void seen.push(data));
  await clock.settle();
  expect(seen).toEqual([1]);
});

describe('a handler that goes while a message is prepared for it', () => {
  it('as when its component is taken down during the fetch: the message waits for the next one', async () => {
    const scene = setup();
    const { answer, client, clock, open, told } = scene;
    const orders = client.application('orders', { fetchTargets: [origin] });
    const stop = orders.onFetch('changed', () => undefined);
    await open();
    await answer(news('orders', [fetchMessage(1, { href: `${origin}/7` })]));
    stop();
    orders.close();
    scene.server.sent.find(({ url }) => url === `${origin}/7`)?.answer(200, { total: 1 });
    await clock.advance(60_000);
    expect([...told('handled'), ...told('unhandled')]).toEqual([]);
    const seen: unknown[] = [];
    client.application('orders');
    orders.onFetch('changed', ({ data }) => void seen.push(data));
    await clock.advance(20);
    expect(seen).toEqual([{ total: 1 }]);
    expect(told('handled').map(({ id }) => id)).toEqual(['m1']);
  });

  it('as during a check: the message waits for the next one, and is told to be unhandled in the end', async () => {
    const { answer, client, clock, open, told } = setup();
    const checked = deferred();
    const orders = client.application('orders', { check: async () => void (await checked.promise) });
    const stop = orders.on('note', () => undefined);
    await open();
    await answer(news('orders', [direct(1)]));
    stop();
    checked.resolve();
    await clock.advance(9000);
    expect([...told('handled'), ...told('unhandled')]).toEqual([]);
    await clock.advance(2000);
    expect(told('unhandled').map(({ id }) => id)).toEqual(['m1']);
    expect(told('handled')).toEqual([]);
  });

  it('as when another one of the message stops it: it is not called any more', async () => {
    const { answer, client, open, told } = setup();
    const seen: string[] = [];
    const orders = client.application('orders');
    orders.on('note', () => {
      seen.push('first');
      stop();
    });
    const stop = orders.on('note', () => void seen.push('second'));
    await open();
    await answer(news('orders', [direct(1)]));
    expect(seen).toEqual(['first']);
    expect(told('handled').map(({ id }) => id)).toEqual(['m1']);
  });
});
