/** Tabs that share a connection, where what they tell one another is late. */
import { afterEach, expect, it, vi } from 'vitest';
import { direct, news, type Setup, setup } from './harness.ts';
import { type StubBrowser, stubBrowser } from './stub-browser.ts';

afterEach(() => vi.unstubAllGlobals());

interface Tab extends Setup {
  readonly seen: unknown[];
  readonly gaps: unknown[];
}

function openBrowser() {
  const browser: StubBrowser = stubBrowser();
  const tabs: Tab[] = [];
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn++) {
      await tabs[0]?.clock.settle();
      browser.deliver();
    }
  };
  /** Opens a tab, and answers what it asks on its own: whose session it is. */
  const open = async (): Promise<Tab> => {
    const [first] = tabs;
    const number = tabs.length;
    const shared = first && { clock: first.clock, fetch: first.server.fetch };
    const parts = setup({ ...shared, random: { next: () => number / 10, token: () => '' } } as never);
    const { server, clock } = first ?? parts;
    const seen: unknown[] = [];
    const gaps: unknown[] = [];
    const tab = { ...parts, server, clock, seen, gaps };
    tabs.push(tab);
    const orders = parts.client.application('orders');
    orders.on('note', ({ data }) => void seen.push(data));
    orders.onGap((gap) => void gaps.push(gap));
    await clock.advance(20);
    const asking = server.open.find(({ body }) => !body.session && Object.keys(body.applications).length === 0);
    asking?.answer(200, { session: `own_${number}`, recipient: 'tag' });
    await settle();
    await clock.advance(20);
    await settle();
    return tab;
  };
  return { browser, open, settle };
}

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
