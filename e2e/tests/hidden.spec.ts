/** Pages that nobody sees, where the server advises them to be slow: they hold nothing, and lose nothing. */
import { expect, type Page, test } from '@playwright/test';
import { setVisibility, told } from '../support/client-page.ts';
import { ClientSite } from '../support/client-site.ts';
import { expectDrained, expectHeld, expectSeen, open, orders } from '../support/one-page.ts';
import { openTabs } from '../support/tabs.ts';

const slowWhileHidden = (hiddenSeconds: number) => new ClientSite(undefined, undefined, { hiddenSeconds }).begin();

test('a hidden page holds no request and asks as seldom as it is advised; seen again, it has everything at once', async ({
  page,
}) => {
  await using site = await slowWhileHidden(600);
  await open(page, site);
  await setVisibility(page, 'hidden');
  // The poll that is held is used to its end.
  await site.tell(1);
  await expectSeen(page, orders(1));
  await expect.poll(() => site.held).toBe(0);
  const before = site.polls;
  for (const number of [2, 3]) await site.tell(number);
  await page.waitForTimeout(3000);
  expect([site.polls - before, site.held, await told(page, 'seen')]).toEqual([0, 0, orders(1)]);
  await setVisibility(page, 'visible');
  await expectSeen(page, orders(1, 2, 3));
  await expectHeld(site);
  await expectDrained(site);
  expect(await told(page, 'gaps')).toEqual([]);
});

test('a hidden page is given everything by its seldom polls', async ({ page }) => {
  await using site = await slowWhileHidden(1);
  await open(page, site);
  await setVisibility(page, 'hidden');
  for (const number of [1, 2, 3, 4]) {
    await site.tell(number);
    await page.waitForTimeout(700);
  }
  await expectSeen(page, orders(1, 2, 3, 4));
  await expectDrained(site);
  expect(site.held).toBe(0);
  expect(await told(page, 'gaps')).toEqual([]);
});

test('tabs are slow once none of them is seen; whichever is seen again has all of them up to date', async ({ context }) => {
  await using site = await slowWhileHidden(600);
  const tabs = await openTabs(context, site, Array(3).fill('orders'));
  const [polling, ...following] = tabs as [Page, Page, Page];
  await setVisibility(polling, 'hidden');
  await setVisibility(following[0], 'hidden');
  await site.tell(1);
  await expectHeld(site);
  await setVisibility(following[1] as Page, 'hidden');
  await site.tell(2);
  for (const tab of tabs) await expectSeen(tab, orders(1, 2));
  await expect.poll(() => site.held).toBe(0);
  const before = site.polls;
  await site.tell(3);
  await polling.waitForTimeout(2000);
  expect([site.polls - before, site.held]).toEqual([0, 0]);
  await setVisibility(following[1] as Page, 'visible');
  for (const tab of tabs) await expectSeen(tab, orders(1, 2, 3));
  await expectHeld(site);
  await expectDrained(site);
});

test('the polling tab goes while all are hidden: the next one is as slow, and goes on without a gap', async ({ context }) => {
  await using site = await slowWhileHidden(600);
  const tabs = await openTabs(context, site, Array(2).fill('orders'));
  for (const tab of tabs) await setVisibility(tab, 'hidden');
  await site.tell(1);
  for (const tab of tabs) await expectSeen(tab, orders(1));
  await expect.poll(() => site.held).toBe(0);
  await site.tell(2);
  await tabs[0]?.close();
  const left = tabs[1] as Page;
  // What follows a hand-over is asked at once.
  await expectSeen(left, orders(1, 2));
  await expect.poll(() => site.held).toBe(0);
  await site.tell(3);
  await setVisibility(left, 'visible');
  await expectSeen(left, orders(1, 2, 3));
  await expectHeld(site);
  expect(await told(left, 'gaps')).toEqual([]);
});
