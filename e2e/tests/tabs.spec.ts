/** One connection for all tabs of a browser, in a real one. */
import { expect, type Page, test } from '@playwright/test';
import { told } from '../support/client-page.ts';
import { ClientSite } from '../support/client-site.ts';
import { expectNoGaps, expectOneHeld, expectSeen, numbers, openTabs, orders, tellAll } from '../support/tabs.ts';

test('five tabs hold one request; each handles each message once, and it is acknowledged', async ({ context }) => {
  await using site = await new ClientSite().begin();
  const tabs = await openTabs(context, site, Array(5).fill('orders'));
  await tellAll(site, 1, 20);
  await expectSeen(tabs, orders(1, 20));
  await expect.poll(() => site.waiting()).toBe(0);
  await expectOneHeld(site);
  const before = site.polls;
  await tabs[0]?.waitForTimeout(2000);
  // Nothing is asked while nothing happens, and one session is all there is.
  expect([site.polls - before, site.held]).toEqual([0, 1]);
  expect(site.hub.inspect.sessions({ limit: 10 }).total).toBe(1);
  await expectNoGaps(tabs);
});

test('tabs with different applications share one poll, and each gets its own', async ({ context }) => {
  await using site = await new ClientSite().begin();
  const tabs = await openTabs(context, site, ['orders', 'calls', 'news,orders']);
  await site.tell('a');
  await site.tell('b', 'calls');
  await site.tellAll('c');
  await expect.poll(() => told(tabs[0] as Page, 'seen')).toEqual(['orders a']);
  await expect.poll(() => told(tabs[1] as Page, 'seen')).toEqual(['calls b']);
  await expect.poll(async () => (await told(tabs[2] as Page, 'seen')).toSorted()).toEqual(['news c', 'orders a']);
  await expectOneHeld(site);
});

test('the polling tab is closed amid messages: another goes on, with nothing lost and nothing repeated', async ({ context }) => {
  await using site = await new ClientSite().begin();
  const tabs = await openTabs(context, site, Array(3).fill('orders'));
  await tellAll(site, 1, 5);
  const telling = tellAll(site, 6, 60);
  await tabs[0]?.close();
  await telling;
  await expectSeen(tabs.slice(1), orders(1, 60));
  await expect.poll(() => site.waiting()).toBe(0);
  await expectOneHeld(site);
  await expectNoGaps(tabs.slice(1));
});

test('the polling tab crashes: another goes on within seconds', async ({ context }) => {
  await using site = await new ClientSite().begin();
  const tabs = await openTabs(context, site, Array(3).fill('orders'));
  await tellAll(site, 1, 5);
  await expectSeen(tabs, orders(1, 5));
  const cdp = await context.newCDPSession(tabs[0] as Page);
  void cdp.send('Page.crash').catch(() => undefined);
  await tellAll(site, 6, 30);
  await expectSeen(tabs.slice(1), orders(1, 30));
  await expect.poll(() => site.waiting()).toBe(0);
  await expectOneHeld(site);
  await expectNoGaps(tabs.slice(1));
});

test('a tab that only listens crashes, and holds nothing back', async ({ context }) => {
  await using site = await new ClientSite().begin();
  const tabs = await openTabs(context, site, Array(3).fill('orders'));
  const cdp = await context.newCDPSession(tabs[2] as Page);
  void cdp.send('Page.crash').catch(() => undefined);
  await tellAll(site, 1, 10);
  await expectSeen(tabs.slice(0, 2), orders(1, 10));
  await expect.poll(() => site.waiting()).toBe(0);
});

test('the polling tab is frozen: another goes on; brought back, it has everything', async ({ context }) => {
  await using site = await new ClientSite().begin();
  const tabs = await openTabs(context, site, Array(2).fill('orders'));
  const cdp = await context.newCDPSession(tabs[0] as Page);
  await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
  await expectOneHeld(site);
  await tellAll(site, 1, 30);
  await expectSeen(tabs.slice(1), orders(1, 30));
  await cdp.send('Page.setWebLifecycleState', { state: 'active' });
  await expectSeen(tabs, orders(1, 30));
  await tellAll(site, 31, 35);
  await expectSeen(tabs, orders(1, 35));
  await expectNoGaps(tabs);
  await expectOneHeld(site);
});

test('the polling tab hangs: another takes its place, and it listens when it is back', async ({ context }) => {
  await using site = await new ClientSite().begin();
  const [hanging] = await openTabs(context, site, ['orders']);
  const other = await context.newPage();
  // Its patience alone is a tenth of the usual.
  await other.addInitScript(() => {
    const { setTimeout } = window;
    Object.assign(window, { setTimeout: (run: () => void, ms: number) => setTimeout(run, ms < 5000 ? ms : ms / 10) });
  });
  await other.goto(site.page());
  await expect.poll(() => other.evaluate('active.size')).toBe(1);
  let isBack = false;
  const back = hanging?.evaluate('for (const end = Date.now() + 12000; Date.now() < end; );').then(() => {
    isBack = true;
  });
  // It polls on for nobody; what it is answered it does not pass on.
  await tellAll(site, 1, 5);
  await expectSeen([other], orders(1, 5));
  expect(isBack).toBe(false);
  await back;
  await tellAll(site, 6, 10);
  await expectSeen([hanging as Page, other], orders(1, 10));
  await expectNoGaps([hanging as Page, other]);
  await expectOneHeld(site);
});

test('what one tab alone shall handle is handled once, also when that tab goes', async ({ context }) => {
  await using site = await new ClientSite().begin();
  const tabs = await openTabs(context, site, Array(3).fill('calls!'));
  for (const number of numbers(1, 10)) await site.tell(number, 'calls');
  const all = async () => (await Promise.all(tabs.filter((tab) => !tab.isClosed()).map((tab) => told(tab, 'seen')))).flat();
  await expect.poll(async () => (await all()).length).toBe(10);
  expect(await told(tabs[0] as Page, 'seen')).toHaveLength(10);
  await expect.poll(() => site.waiting()).toBe(0);
  await tabs[0]?.close();
  for (const number of numbers(11, 20)) await site.tell(number, 'calls');
  await expect.poll(async () => (await all()).length).toBe(10);
  await tabs[1]?.waitForTimeout(1000);
  expect(await all()).toEqual(numbers(11, 20).map((number) => `calls ${number}`));
  await expect.poll(() => site.waiting()).toBe(0);
});

test('a tab is loaded anew: it misses nothing and gets nothing again', async ({ context }) => {
  await using site = await new ClientSite().begin();
  const tabs = await openTabs(context, site, Array(3).fill('orders'));
  for (const [index, tab] of tabs.entries()) {
    await tellAll(site, index * 20 + 1, index * 20 + 10);
    await expectSeen(tabs, orders(1, index * 20 + 10));
    const reloading = tab.reload();
    await tellAll(site, index * 20 + 11, index * 20 + 20);
    await reloading;
    await expectSeen(tabs, orders(1, index * 20 + 20));
  }
  await expectNoGaps(tabs);
  await expectOneHeld(site);
});

test('a tab that comes later starts with now, or with the last ones that it asks for', async ({ context }) => {
  await using site = await new ClientSite().begin();
  const tabs = await openTabs(context, site, ['news']);
  for (const number of numbers(1, 6)) await site.tellAll(number);
  await expectSeen(
    tabs,
    numbers(1, 6).map((number) => `news ${number}`),
  );
  const [later, last] = await openTabs(context, site, ['news', 'news:3']);
  await expectSeen([last as Page], ['news 4', 'news 5', 'news 6']);
  await site.tellAll(7);
  await expectSeen([later as Page], ['news 7']);
  await expectSeen([last as Page], ['news 4', 'news 5', 'news 6', 'news 7']);
  await expectSeen(
    tabs,
    numbers(1, 7).map((number) => `news ${number}`),
  );
});

test('two users in two tabs of one browser never share', async ({ context }) => {
  await using site = await new ClientSite().begin();
  const pages: Page[] = [];
  for (const token of ['alice', 'bob']) {
    const tab = await context.newPage();
    await tab.goto(site.page('orders', { token }));
    pages.push(tab);
  }
  await expect.poll(() => site.held).toBe(2);
  await site.tell('for alice', 'orders', 'alice');
  await site.tell('for bob', 'orders', 'bob');
  await expectSeen(pages.slice(0, 1), ['orders for alice']);
  await expectSeen(pages.slice(1), ['orders for bob']);
});

test('another user logs in, in all tabs at once: nobody goes on as the former one', async ({ context }) => {
  await using site = await new ClientSite().begin();
  await context.addCookies([{ name: 'user', value: 'alice', url: site.at() }]);
  const tabs = await openTabs(context, site, Array(3).fill('orders'));
  await tellAll(site, 1, 3);
  await expectSeen(tabs, orders(1, 3));
  // Nothing of the former user's is under way: what has left the browser already may still speak for that user.
  await expect.poll(() => site.waiting()).toBe(0);
  await expectOneHeld(site);
  await context.addCookies([{ name: 'user', value: 'bob', url: site.at() }]);
  await site.hub.disconnect('alice');
  await site.tell('for alice', 'orders', 'alice');
  await site.tell('for bob', 'orders', 'bob');
  await expectSeen(tabs, [...orders(1, 3), 'orders for bob']);
  await expectOneHeld(site);
});

test('a slow handler in one tab holds back neither the other tabs nor the poll', async ({ context }) => {
  await using site = await new ClientSite().begin();
  const [slow, quick] = await openTabs(context, site, ['orders,calls', 'calls']);
  await site.tell('slow');
  await site.tell('x', 'calls');
  await expectSeen([quick as Page], ['calls x']);
  await expectSeen([slow as Page], ['calls x', 'orders slow']);
  await expect.poll(() => site.waiting()).toBe(0);
});

test('without a secure context each tab polls by itself, correctly', async ({ playwright, browserName, launchOptions }) => {
  await using site = await new ClientSite().begin();
  const args = [...(launchOptions.args ?? []), '--host-resolver-rules=MAP pollux.test 127.0.0.1'];
  const browser = await playwright[browserName].launch({ ...launchOptions, args });
  try {
    const context = await browser.newContext();
    const tabs = [await context.newPage(), await context.newPage()];
    for (const tab of tabs) await tab.goto(`${site.at('pollux.test')}/?apps=orders`);
    await expect.poll(() => site.held).toBe(2);
    expect(await tabs[0]?.evaluate('isSecureContext')).toBe(false);
    await tellAll(site, 1, 5);
    await expectSeen(tabs, orders(1, 5));
    await expect.poll(() => site.waiting()).toBe(0);
  } finally {
    await browser.close();
  }
});

test('the server is begun anew: every tab is told of the loss, and one request is held', async ({ context }) => {
  await using site = await new ClientSite().begin();
  const tabs = await openTabs(context, site, Array(3).fill('orders'));
  await tellAll(site, 1, 3);
  await expectSeen(tabs, orders(1, 3));
  await site.end();
  await site.begin();
  await tellAll(site, 4, 6);
  await expectSeen(tabs, orders(1, 6));
  for (const tab of tabs) expect(await told(tab, 'gaps')).toContain('orders reset');
  await expectOneHeld(site);
});

test('where the browser refuses locks, each tab polls by itself', async ({ context }) => {
  await using site = await new ClientSite().begin();
  await context.addInitScript(() => {
    const request = () => Promise.reject(new DOMException('not allowed', 'SecurityError'));
    Object.defineProperty(navigator, 'locks', { value: { request } });
  });
  const tabs = [await context.newPage(), await context.newPage()];
  for (const tab of tabs) await tab.goto(site.page());
  await expect.poll(() => site.held).toBe(2);
  await tellAll(site, 1, 5);
  await expectSeen(tabs, orders(1, 5));
  await expect.poll(() => site.waiting()).toBe(0);
});
