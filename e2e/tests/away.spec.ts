import type { Demonstration } from '../support/demonstration.ts';
import { expect, test } from '../support/fixtures.ts';
import { expectHeld } from '../support/portal-page.ts';

/** Publishes headlines one after another. */
async function publishHeadlines(demonstration: Demonstration, titles: readonly string[], ttl = 600): Promise<void> {
  for (const title of titles) {
    const data = { id: title, section: 'Company', title, summary: '', author: 'Test', publishedMs: 0 };
    const answer = await demonstration.publish('news', {
      to: { everyone: true },
      kind: 'direct',
      type: 'headline',
      data,
      ttl,
      key: title,
    });
    expect(answer.status).toBe(202);
  }
}

test('what is published while the page is offline is shown afterwards, each once and in order', async ({
  demonstration,
  openPortal,
}) => {
  const portal = await openPortal('alice');
  const { page } = portal;
  await publishHeadlines(demonstration, ['before']);
  await expect(page.locator('[data-headline="before"]')).toBeVisible();

  await page.context().setOffline(true);
  await expect(portal.connection).toHaveText(/Offline|Reconnecting/);
  await expect(page.getByTestId('status-news')).toHaveText('Paused');
  const away = ['one', 'two', 'three', 'four', 'five'];
  await publishHeadlines(demonstration, away);
  const call = await demonstration.trigger('calls', 'call', { agent: 'alice' });
  await page.waitForTimeout(1500);
  expect(await portal.titles()).not.toContain('one');
  await expect(portal.calls).toHaveCount(0);

  await page.context().setOffline(false);
  await expect(page.locator(`[data-call="${call['id']}"]`)).toHaveAttribute('data-state', 'ringing');
  await expect(page.locator('[data-headline="five"]')).toBeAttached();
  expect((await portal.titles()).slice(0, 6)).toEqual([...away.toReversed(), 'before']);
  await expect(page.getByTestId('unread-news')).toHaveText('6 new');
  await expect(page.getByTestId('unread-calls')).toHaveText('1 new');
  await expectHeld(portal);
  await expect(page.getByTestId('status-news')).toHaveText('Live');
  await expect(page.getByTestId('notice-news')).toHaveCount(0);
});

test('what ran out while the page was offline is announced with its number, and the panel reloads', async ({
  demonstration,
  openPortal,
}) => {
  const portal = await openPortal('bob');
  const { page } = portal;
  await page.context().setOffline(true);
  await expect(portal.connection).toHaveText(/Offline|Reconnecting/);
  await publishHeadlines(demonstration, ['lost 1', 'lost 2', 'lost 3'], 1);
  const { title } = await demonstration.trigger('news', 'headline');
  await page.waitForTimeout(2500);
  await page.context().setOffline(false);
  await expect(page.getByTestId('notice-news')).toContainText('3 missed, reloaded');
  await expect.poll(portal.titles).toContain(title);
  await page.getByTestId('notice-news').getByRole('button').click();
  await expect(page.getByTestId('notice-news')).toHaveCount(0);
});

for (const how of ['stop', 'kill'] as const) {
  test(`the page outlives a hub that restarts (${how}), and hears of the loss`, async ({ demonstration, openPortal }) => {
    const [alice, bob] = await Promise.all([openPortal('alice'), openPortal('bob')]);
    await publishHeadlines(demonstration, ['before']);
    await expect(alice.page.locator('[data-headline="before"]')).toBeVisible();
    await demonstration.end('hub', how);
    await demonstration.start('hub');
    for (const portal of [alice, bob]) {
      await expect(portal.page.getByTestId('notice-news')).toContainText('reloaded (the server has started anew)', {
        timeout: 30_000,
      });
      await expectHeld(portal);
    }
    await publishHeadlines(demonstration, ['after']);
    const { id } = await demonstration.trigger('orders', 'order');
    for (const { page, orders, errors } of [alice, bob]) {
      await expect(page.locator('[data-headline="after"]')).toHaveCount(1);
      await expect(orders.first()).toHaveAttribute('data-order', String(id));
      expect(errors).toEqual([]);
    }
  });
}

test('a page that signs out says goodbye, and the next one begins afresh', async ({ demonstration, openPortal }) => {
  const { page, polls } = await openPortal('alice');
  await page.getByTestId('sign-out').click();
  await expect.poll(() => polls.held()).toBe(0);
  await expect
    .poll(() => polls.others.some((request) => request.startsWith(`DELETE ${demonstration.at.pollux}/session/`)))
    .toBe(true);
  await page.getByTestId('sign-in-bob').click();
  await expect(page.getByTestId('signed-in')).toContainText('Bob');
  await expect.poll(() => polls.held()).toBe(1);
});

test('a page that finds no hub joins when there is one, and shows what came out before', async ({
  demonstration,
  openWindow,
}) => {
  await demonstration.end('hub');
  const page = await openWindow();
  await page.goto(demonstration.at.portal);
  await page.getByTestId('sign-in-alice').click();
  await expect(page.getByTestId('connection')).toHaveText(/Reconnecting/);
  await expect(page.getByTestId('order').first()).toBeVisible();
  // Its server publishes this one as soon as there is a hub, be that before the page has joined or after.
  const { id: before } = await demonstration.trigger('news', 'headline');
  await demonstration.start('hub');
  await expect(page.getByTestId('connection')).toHaveText('Online', { timeout: 40_000 });
  const { id: after } = await demonstration.trigger('news', 'headline');
  for (const id of [before, after]) await expect(page.locator(`[data-headline="${id}"]`)).toHaveCount(1);
});

test('an application whose server is away costs only itself', async ({ demonstration, openPortal }) => {
  await demonstration.end('orders');
  const { page, calls, orders } = await openPortal('bob');
  await expect(page.getByTestId('notice-orders')).toContainText('cannot be reached');
  await demonstration.trigger('calls', 'call', { agent: 'bob' });
  await expect(calls).toHaveCount(1);
  await demonstration.start('orders');
  await expect(orders.first()).toBeVisible();
  await expect(page.getByTestId('notice-orders')).toHaveCount(0);
});
