/** The basic communication client in a real page, beside a real server: what a page of one tab gets of the promises. */
import { expect, test } from '@playwright/test';
import { told } from '../support/client-page.ts';
import { ClientSite } from '../support/client-site.ts';

const page = `<!doctype html><title>Orders</title><link rel="icon" href="data:,"><script type="module">
  import { createBasicClient } from '/client.js';
  window.seen = [];
  window.gaps = [];
  window.errors = [];
  const client = createBasicClient({ url: '/pollux', onError: (reason) => errors.push(reason) });
  client
    .application('orders', { fetchTargets: ['/api/'] })
    .on('note', ({ data }) => seen.push(data))
    .onFetch('fetch', async (response) => seen.push(await response.json()))
    .onGap(({ losses }) => gaps.push(...losses.map(({ reason }) => reason)));
  client.application('calls').on('note', ({ data }) => {
    if (data === 'throw') throw new Error('no ring tone');
    seen.push(data);
  });
  window.leave = () => client.close();
</script>`;

const begin = (): Promise<ClientSite> => new ClientSite('basic/index.js', page).begin();

test('one request is held for two applications; messages come in order, once, and are acknowledged', async ({ page }) => {
  await using site = await begin();
  await page.goto(site.at());
  await expect.poll(() => site.held).toBe(1);
  const numbers = Array.from({ length: 30 }, (_, n) => n);
  for (const n of numbers) await site.tell(n);
  await expect.poll(() => told(page, 'seen')).toEqual(numbers);
  await expect.poll(() => site.waiting()).toBe(0);
  const before = site.polls;
  await page.waitForTimeout(1500);
  // Nothing is asked while nothing happens.
  expect([site.polls - before, site.held]).toEqual([0, 1]);
  expect(await told(page, 'errors')).toEqual([]);
});

test('a fetch message has the page ask its own server', async ({ page }) => {
  await using site = await begin();
  await page.goto(site.at());
  await site.tellToFetch('/api/7');
  await expect.poll(() => told(page, 'seen')).toEqual(['7']);
  expect(site.fetched).toEqual(['/api/7']);
  await expect.poll(() => site.waiting()).toBe(0);
});

test('a handler that throws costs its own application one message, which the server is told of', async ({ page }) => {
  await using site = await begin();
  await page.goto(site.at());
  for (const data of ['throw', 'whole']) await site.tell(data, 'calls');
  await site.tell('paid');
  await expect.poll(async () => (await told(page, 'seen')).toSorted()).toEqual(['paid', 'whole']);
  await expect.poll(async () => (await site.hub.inspect.buffer.totals()).parked).toBe(1);
});

test('goes on after its server was ended and begun anew, and says what was lost', async ({ page }) => {
  await using site = await begin();
  await page.goto(site.at());
  await site.tell(1);
  await expect.poll(() => told(page, 'seen')).toEqual([1]);
  await expect.poll(() => site.held).toBe(1);
  await site.end();
  await expect.poll(async () => (await told(page, 'errors')).length).toBeGreaterThan(0);
  await site.begin();
  await site.tell(2);
  await expect.poll(() => told(page, 'seen')).toEqual([1, 2]);
  expect(await told(page, 'gaps')).toContain('reset');
});

test('a page that was closed says goodbye, and nothing more is asked', async ({ page }) => {
  await using site = await begin();
  await page.goto(site.at());
  await expect.poll(() => site.held).toBe(1);
  await page.evaluate(() => (window as unknown as { leave(): Promise<void> }).leave());
  await expect.poll(() => site.held).toBe(0);
  const before = site.polls;
  await page.waitForTimeout(1500);
  expect(site.polls).toBe(before);
});
