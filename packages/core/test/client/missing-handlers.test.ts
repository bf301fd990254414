/** A message whose type nobody handles, while its application comes and goes. */
import { expect, it } from 'vitest';
import { direct, news, setup } from './harness.ts';

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
