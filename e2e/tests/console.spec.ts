import { injectHeadline, stepDone } from '../support/console-page.ts';
import { expect, test } from '../support/fixtures.ts';

test('what is injected in the console appears in the portal, and its life in the console', async ({
  openPortal,
  openConsole,
}) => {
  const portal = await openPortal('alice');
  const console = await openConsole();
  await injectHeadline(console, { id: 'from-console', title: 'The canteen opens at eleven' });
  await expect(stepDone(console, 'Accepted')).toBeVisible();
  await expect(portal.page.locator('[data-headline="from-console"]')).toContainText('The canteen opens at eleven');
  await expect(portal.headlines.first()).toHaveAttribute('data-headline', 'from-console');
  await expect(stepDone(console, 'Delivered')).toBeVisible();
  await expect(stepDone(console, 'Acknowledged')).toBeVisible();
});

test('the live feed tells of a message as it happens', async ({ demonstration, openPortal, openConsole }) => {
  const { calls } = await openPortal('bob');
  const { page, goTo } = await openConsole();
  await goTo('/live');
  const { id } = await demonstration.trigger('calls', 'call', { agent: 'bob' });
  await expect(calls).toHaveCount(1);
  const lines = page.getByRole('option').filter({ hasText: 'calls' }).filter({ hasText: 'bob' });
  await expect(lines.filter({ hasText: 'Accepted' })).toContainText(`call.offered · ${id}`);
  await expect(lines.filter({ hasText: 'Delivered' })).toHaveCount(1);
  await expect(lines.filter({ hasText: 'Acknowledged' })).toHaveCount(1);
});

test('looking into a buffer takes nothing out of it', async ({ demonstration, openConsole, openPortal }) => {
  const call = await demonstration.trigger('calls', 'call', { agent: 'carol' });
  const { page, goTo } = await openConsole();
  await goTo('/buffers');
  await page.getByText('carol').first().click();
  await expect(page.getByText('call.offered').first()).toBeVisible();
  const carol = await openPortal('carol');
  await expect(carol.page.locator(`[data-call="${call['id']}"]`)).toHaveAttribute('data-state', 'ringing');
  await expect.poll(() => carol.polls.messagesOf('calls')).toHaveLength(1);
});

test('the console lists the clients that poll', async ({ openPortal, openConsole }) => {
  await Promise.all([openPortal('alice'), openPortal('bob')]);
  const { page, goTo } = await openConsole();
  await goTo('/clients');
  for (const user of ['alice', 'bob']) await expect(page.getByRole('row').filter({ hasText: user })).toHaveCount(1);
});

test('the console says when the server has ended, and asks to sign in again when it is back', async ({
  demonstration,
  openConsole,
}) => {
  const { page } = await openConsole();
  await expect(page.getByRole('button', { name: 'Live', exact: true })).toBeVisible();
  await demonstration.end('hub');
  await expect(page.getByText('No connection to the server for')).toBeVisible();
  await page.getByRole('link', { name: 'Routing' }).click();
  await expect(page.getByText('“Routing” could not be loaded.')).toBeVisible();
  await demonstration.start('hub');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in to Pollux', { timeout: 20_000 });
});
