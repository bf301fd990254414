import { expect, test } from '../support/fixtures.ts';

const applications = ['calls', 'news', 'orders'];

test('one request is held for three applications', async ({ openPortal }) => {
  const { page, polls } = await openPortal('alice');
  // It stays one: nothing else is asked while nothing happens.
  const others = polls.others.length;
  for (let second = 0; second < 3; second++) {
    await page.waitForTimeout(1000);
    expect(polls.held()).toBe(1);
  }
  expect(polls.others).toHaveLength(others);
  expect(polls.answered.map(({ request }) => Object.keys(request.applications).toSorted()).at(-1)).toEqual(applications);
  const held = page.getByTestId('held');
  await expect(held).toHaveAttribute('data-count', '1');
  await expect(held).toContainText('For calls, orders and news');
});

test('messages of two applications come in one response', async ({ demonstration, openPortal }) => {
  const { page, polls, calls, headlines } = await openPortal('alice');
  let title: unknown;
  let apartMs = Number.POSITIVE_INFINITY;
  // News waits 3 s for company: on a machine that was busy for so long between the two they are rightly told apart.
  for (let round = 0; round < 5 && apartMs > 2500; round++) {
    const begun = Date.now();
    ({ title } = await demonstration.trigger('news', 'headline'));
    await demonstration.trigger('calls', 'call', { agent: 'alice' });
    apartMs = Date.now() - begun;
  }
  await expect(calls.first()).toBeVisible();
  await expect(headlines.first()).toContainText(String(title));
  const withBoth = () =>
    polls.answered.filter(({ answer }) => answer?.applications?.['calls']?.messages && answer.applications['news']?.messages);
  await expect.poll(() => withBoth().length).toBeGreaterThan(0);
  const entry = page.getByTestId('wire-entry').filter({ hasText: '2 messages together' }).first();
  await expect(entry.getByTestId('chip').first()).toBeVisible();
  await expect(entry).toContainText(/calls 1/);
  await expect(entry).toContainText(/news 1/);
});

test('news alone waits for the latency that its client allows', async ({ demonstration, openPortal }) => {
  const { headlines, polls } = await openPortal('alice');
  const before = polls.answered.length;
  const begun = Date.now();
  const { title } = await demonstration.trigger('news', 'headline');
  await expect(headlines.first()).toContainText(String(title));
  expect(Date.now() - begun).toBeGreaterThan(2500);
  await expect.poll(() => polls.answered.length).toBe(before + 1);
});

test('a fetch message has the orders client ask its own server', async ({ demonstration, openPortal }) => {
  const { page, polls, orders } = await openPortal('bob');
  const { id, customer } = await demonstration.trigger('orders', 'order');
  const href = `${demonstration.at.orders}/api/orders/${id}`;
  await expect(orders.first()).toHaveAttribute('data-order', String(id));
  await expect(orders.first()).toContainText(String(customer));
  // The message names the place only; what the order says came from there.
  await expect.poll(() => polls.messagesOf('orders')).toMatchObject([{ kind: 'fetch', type: 'order.changed', fetch: { href } }]);
  expect(JSON.stringify(polls.answered)).not.toContain(String(customer));
  expect(polls.others.filter((request) => request === `GET ${href}`)).toHaveLength(1);
  await expect(page.getByTestId('wire-entry').filter({ hasText: 'Orders asked its own server' })).toContainText(
    `/api/orders/${id}`,
  );

  await demonstration.trigger('orders', 'advance', { id: String(id) });
  await expect(orders.first().locator('[data-step]')).toHaveAttribute('data-step', 'paid');
});

test('everyone means the pages of two users', async ({ demonstration, openPortal }) => {
  const [alice, bob] = await Promise.all([openPortal('alice'), openPortal('bob')]);
  const { id } = await demonstration.trigger('news', 'headline');
  for (const { page } of [alice, bob]) {
    await expect(page.locator(`[data-headline="${id}"]`)).toHaveCount(1);
    await expect(page.getByTestId('unread-news')).toHaveText('1 new');
  }
});

test('two windows of one user both get a message, another user does not', async ({ demonstration, openPortal }) => {
  const [first, second, bob] = await Promise.all([openPortal('alice'), openPortal('alice'), openPortal('bob')]);
  await demonstration.trigger('calls', 'call', { agent: 'alice' });
  await expect(first.calls).toHaveCount(1);
  await expect(second.calls).toHaveCount(1);
  await demonstration.trigger('calls', 'call', { agent: 'bob' });
  await expect(bob.calls).toHaveCount(1);
  await expect.poll(() => bob.polls.messagesOf('calls')).toHaveLength(1);
});

test('a call is answered and ended in the page, and the wire tells of it', async ({ openPortal }) => {
  const { page, polls, calls, errors } = await openPortal('carol');
  await page.getByTestId('demonstrate-calls').click();
  await expect(calls).toHaveAttribute('data-state', 'ringing');
  await page.getByTestId('answer').click();
  await expect(calls).toHaveAttribute('data-state', 'talking');
  await page.getByTestId('hang-up').click();
  await expect(calls).toHaveCount(0);
  await expect(page.getByTestId('ended-call')).toContainText('completed');
  await expect
    .poll(() => polls.messagesOf('calls').map(({ type }) => type))
    .toEqual(['call.offered', 'call.taken', 'call.ended']);
  await expect(page.getByTestId('acknowledged').first()).toContainText('calls');
  expect(errors).toEqual([]);

  // Raw JSON on demand: what the page shows is what the browser saw.
  await page.getByTestId('raw').first().click();
  await expect(page.getByTestId('raw-json')).toContainText('"cursor"');
});
