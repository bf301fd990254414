/** Tabs that come to an application which others of the browser have already. */
import { afterEach, expect, it, vi } from 'vitest';
import { direct, news } from './harness.ts';
import { type Browser, openBrowser, type Tab } from './open-browser.ts';

afterEach(() => vi.unstubAllGlobals());

/** A browser with two tabs; the first one polls, and has `orders`. */
async function two(name?: string, last?: number): Promise<Browser & { readonly first: Tab; readonly second: Tab }> {
  const browser = openBrowser();
  const { open, settle, asking } = browser;
  const first = await open();
  asking()[0]?.answer(200, news('orders', []));
  await settle();
  return { ...browser, first, second: await open(name, last === undefined ? {} : { last }) };
}

const beginning = (browser: Browser) => browser.asking().find(({ body }) => body.applications['orders']?.last);

it.each([
  ['with the application', 'orders', 3, 'own_1'],
  ['and joins the application later', 'calls', undefined, undefined],
])('one that comes %s asks for the last ones by itself, and goes on from there', async (_name, name, last, session) => {
  const browser = await two(name, last);
  const { second, settle, advance, asking } = browser;
  if (name !== 'orders') second.join('orders', { last: 3 });
  await advance(1000);
  const asked = beginning(browser);
  expect(asked?.body).toMatchObject({ wait: 0, applications: { orders: { cursor: null, last: 3 } } });
  expect(asked?.body.session).toBe(session);
  asked?.answer(200, { session: 'own_2', applications: { orders: { cursor: 'x', messages: [direct(-1), direct(0)] } } });
  await settle();
  expect(second.seen).toEqual([-1, 0]);
  expect(second.server.sent.at(-1)).toMatchObject({ method: 'DELETE', url: 'https://hub.example/pollux/session/own_2' });
  const held = asking().find(({ body }) => body.session === 's_1');
  held?.answer(200, news('orders', [direct(1)]));
  await advance(2000);
  expect(second.seen).toEqual([-1, 0, 1]);
  expect(second.gaps).toEqual([]);
});

it('the polling tab, too, where it joins later what another one has', async () => {
  const browser = await two('calls');
  const { first, second, settle, advance, asking } = browser;
  asking()[0]?.answer(200, news('calls', []));
  await settle();
  first.join('calls', { last: 2 });
  await advance(1000);
  const asked = asking().find(({ body }) => body.applications['calls']?.last);
  expect(asked?.body.session).toBeUndefined();
  asked?.answer(200, { session: 'own_2', applications: { calls: { cursor: 'x', messages: [direct(7)] } } });
  await settle();
  expect(first.seen).toEqual([7]);
  expect(second.seen).toEqual([]);
  expect(asking().map(({ body }) => body.session)).toEqual(['s_1']);
});

it('is not kept waiting by a server that does not answer that', async () => {
  const browser = await two('orders', 3);
  const { second, advance, asking } = browser;
  const asked = beginning(browser);
  const states: string[] = [];
  second.client.application('orders').onStatus(({ state }) => void states.push(state));
  expect(states).toEqual(['pending']);
  await advance(10_000);
  expect(asked?.aborted).toBe(true);
  expect(states).toEqual(['pending', 'active']);
  asking()[0]?.answer(200, news('orders', [direct(1)]));
  await advance(2000);
  expect(second.seen).toEqual([1]);
  expect(second.gaps).toEqual([]);
});

it('an application that left before the answer is handed none of it', async () => {
  const browser = await two('orders', 3);
  const { second, settle } = browser;
  const asked = beginning(browser);
  second.client.application('orders').close();
  asked?.answer(200, { session: 'own_1', applications: { orders: { cursor: 'x', messages: [direct(0)] } } });
  await settle();
  expect(second.seen).toEqual([]);
});

it('an older tab goes on with what one tab alone shall handle, where the younger one stood', async () => {
  const { open, settle, advance, asking } = openBrowser();
  const first = await open();
  asking()[0]?.answer(200, news('orders', []));
  await settle();
  const second = await open('calls', { deliver: 'one-tab' });
  asking()[0]?.answer(200, { session: 's_1', applications: { calls: { cursor: 'c1', messages: [direct(1)] } } });
  await advance(2000);
  expect(second.seen).toEqual([1]);
  first.join('calls', { deliver: 'one-tab' });
  await advance(2000);
  expect(asking().map(({ body }) => body)).toMatchObject([{ applications: { calls: { cursor: 'c1' } } }]);
  asking()[0]?.answer(200, { session: 's_1', applications: { calls: { cursor: 'c2', messages: [direct(2)] } } });
  await advance(2000);
  expect([first.seen, second.seen]).toEqual([[2], [1]]);
  expect([...first.gaps, ...second.gaps]).toEqual([]);
});
