/** Tabs that share a connection: what they tell one another may be late, and one goes on where another stopped. */
import { afterEach, expect, it, vi } from 'vitest';
import { direct, news, setup } from './harness.ts';
import { openBrowser } from './open-browser.ts';
import { stubBrowser } from './stub-browser.ts';

afterEach(() => vi.unstubAllGlobals());

it('a tab that takes over before it heard what the former one was answered misses nothing', async () => {
  const { browser, open, settle } = openBrowser();
  const first = await open();
  const { server, clock } = first;
  server.open[0]?.answer(200, news('orders', []));
  await settle();
  const second = await open();
  const third = await open();
  expect(server.open.map(({ body }) => body)).toMatchObject([{ session: 's_1', applications: { orders: { cursor: 'c0' } } }]);
  const channel = browser.channels[1];
  if (channel) channel.held = true;
  server.open[0]?.answer(200, news('orders', [direct(1)]));
  await settle();
  expect([first.seen, second.seen, third.seen]).toEqual([[1], [], [1]]);
  void first.client.close();
  for (const lastWord of server.open) lastWord.answer(204);
  await settle();
  expect(server.open.map(({ body }) => body)).toMatchObject([{ applications: { orders: { cursor: 'c0' } } }]);
  server.open[0]?.fail();
  if (channel) channel.held = false;
  await settle();
  await clock.advance(10_000);
  expect(server.open.map(({ body }) => body)).toMatchObject([{ applications: { orders: { cursor: 'c0' } } }]);
  server.open[0]?.answer(200, news('orders', [direct(1)]));
  await settle();
  await clock.advance(2000);
  expect([second.seen, third.seen]).toEqual([[1], [1]]);
  expect([...second.gaps, ...third.gaps]).toEqual([]);
  expect(server.open.map(({ body }) => body)).toMatchObject([{ applications: { orders: { cursor: 'c1' } } }]);
});

it('an application that only a following tab has begins without a gap', async () => {
  const { open, settle } = openBrowser();
  const first = await open();
  const { server, clock } = first;
  server.open[0]?.answer(200, news('orders', []));
  await settle();
  const second = await open();
  const seen: unknown[] = [];
  const calls = second.client.application('calls');
  calls.on('note', ({ data }) => void seen.push(data));
  calls.onGap((gap) => void second.gaps.push(gap));
  await settle();
  await clock.advance(20);
  expect(server.open[0]?.body.applications).toEqual({ orders: { cursor: 'c0' }, calls: { cursor: null } });
  server.open[0]?.answer(200, news('calls', [direct(1)]));
  await settle();
  await clock.advance(2000);
  await settle();
  expect(seen).toEqual([1]);
  expect(second.gaps).toEqual([]);
  expect(server.open[0]?.body.applications).toMatchObject({ calls: { cursor: 'c1' } });
});

it.each([503, 429])('a tab that takes over after %i asks no sooner than the server said', async (status) => {
  const { open, settle, advance, asking } = openBrowser();
  const first = await open();
  asking()[0]?.answer(200, news('orders', []));
  await settle();
  await open();
  asking()[0]?.answer(status, undefined, { 'retry-after': '60' });
  await settle();
  await advance(10_000);
  void first.client.close();
  await settle();
  await advance(49_999);
  expect(asking()).toEqual([]);
  await advance(16_000);
  expect(asking().map(({ body }) => body)).toMatchObject([
    { session: 's_1', wait: 0, applications: { orders: { cursor: 'c0' } } },
  ]);
});

it('polls by itself where the browser refuses the channel, as with blocked cookies', async () => {
  stubBrowser();
  vi.stubGlobal('BroadcastChannel', function refuse() {
    throw new DOMException('The operation is insecure.', 'SecurityError');
  });
  const { client, clock, answer, poll } = setup();
  client.application('orders');
  await clock.advance(20);
  await answer({ session: 's_1', recipient: 'tag', applications: { orders: { cursor: 'c0' } } });
  await clock.advance(1000);
  expect(poll().body).toMatchObject({ session: 's_1', wait: 25, applications: { orders: { cursor: 'c0' } } });
});

it('a tab that only listens does not show itself as stopped when the polling one is closed', async () => {
  const { browser, open, settle, advance, asking } = openBrowser();
  const first = await open();
  asking()[0]?.answer(200, news('orders', []));
  await settle();
  const second = await open();
  const states: string[] = [];
  second.client.onState((state) => void states.push(state));
  void first.client.close();
  browser.deliver();
  await settle();
  asking()[0]?.answer(200, news('orders', [direct(1)]));
  await advance(2000);
  expect(first.client.state).toBe('stopped');
  expect(second.seen).toEqual([1]);
  expect(states).not.toContain('stopped');
  expect(second.client.state).toBe('connected');
});

it('a tab that takes over while the server drains waits as the former one did', async () => {
  const { open, settle, advance, asking } = openBrowser();
  const first = await open();
  asking()[0]?.answer(200, { session: 's_1', applications: { orders: { cursor: 'c0' } } });
  await settle();
  const second = await open();
  const third = await open();
  const close = async ({ client, server }: typeof first): Promise<void> => {
    void client.close();
    await settle();
    for (const lastWord of server.open) if (lastWord.init.keepalive) lastWord.answer(204);
    await advance(2000);
  };
  await close(first);
  asking()[0]?.answer(200, { session: 's_1', advice: { drain: 3600 } });
  await settle();
  await close(second);
  expect([third.client.state, asking().length]).toEqual(['connected', 0]);
  await advance(360_000);
  expect(asking()).toHaveLength(1);
});

it('a tab of a former user does not go on with the session of the next one', async () => {
  const { browser, open, settle, advance, asking } = openBrowser();
  await open();
  asking()[0]?.answer(200, news('orders', []));
  await settle();
  const second = await open();
  const next = { recipient: 'next', advice: { mode: 'long-poll', wait: 25 }, applications: { orders: { cursor: 'n0' } } };
  asking()[0]?.answer(200, { session: 's_2', ...next });
  // What is told is heard before a lock that is given back is someone's, as in browsers.
  for (let tick = 0; tick < 100; tick++) {
    await undefined;
    browser.deliver();
  }
  await advance(20);
  const sessions = asking().map(({ body }) => body.session);
  expect(sessions.toSorted()).toEqual(['s_1', 's_2']);
  // Its server tells it whose session that is now, and both go on with one.
  asking()[sessions.indexOf('s_1')]?.answer(200, { session: 's_3', ...next });
  await advance(1000);
  await advance(1000);
  expect(asking().map(({ body }) => body.session)).toEqual(['s_2']);
  expect(second.client.state).toBe('connected');
});
