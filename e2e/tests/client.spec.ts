/** The communication client in one real page: what may happen to a page, its network and its server. */
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { setVisibility, told } from '../support/client-page.ts';
import { answerPolls, ClientSite } from '../support/client-site.ts';
import { expectDrained, expectHeld, expectSeen, open, orders } from '../support/one-page.ts';

const visit = async (context: BrowserContext): Promise<Page> => context.newPage();

test('goes offline and comes back: what was told meanwhile comes once, in order', async ({ page, context }) => {
  await using site = await new ClientSite().begin();
  await open(page, site);
  await context.setOffline(true);
  await expect.poll(() => page.evaluate('client.state')).toBe('offline');
  for (const number of [1, 2, 3]) await site.tell(number);
  await context.setOffline(false);
  await expectSeen(page, orders(1, 2, 3));
  await expectDrained(site);
  expect(await told(page, 'gaps')).toEqual([]);
});

test('a machine that slept for an hour asks anew at once', async ({ page }) => {
  await using site = await new ClientSite().begin();
  await page.clock.install();
  await page.goto(site.page());
  await page.clock.runFor(1000);
  await expectHeld(site);
  const before = site.polls;
  await page.clock.fastForward(3_600_000);
  await page.clock.runFor(5000);
  await expect.poll(() => site.polls).toBeGreaterThan(before);
  await site.tell('after');
  await expect
    .poll(async () => {
      await page.clock.runFor(100);
      return told(page, 'seen');
    })
    .toEqual(orders('after'));
});

test('a connection that is dead and says nothing is given up after its hold and ten seconds', async ({ page }) => {
  await using site = await new ClientSite().begin();
  await page.clock.install();
  await page.goto(site.page());
  await page.clock.runFor(1000);
  await expectHeld(site);
  // From here on a poll is swallowed, as where a router forgot the connection.
  site.fault = answerPolls(1, () => undefined);
  await site.tell(1);
  await expect.poll(() => told(page, 'seen')).toEqual(orders(1));
  await site.tell(2);
  await page.clock.runFor(34_000);
  expect(await told(page, 'seen')).toEqual(orders(1));
  await expect
    .poll(async () => {
      await page.clock.runFor(1000);
      return told(page, 'seen');
    })
    .toEqual(orders(1, 2));
});

test('hidden for six minutes, it still gets everything at once, and goes on when it is shown', async ({ page }) => {
  await using site = await new ClientSite().begin();
  await page.clock.install();
  await page.goto(site.page());
  await page.clock.runFor(1000);
  await expectHeld(site);
  await setVisibility(page, 'hidden');
  // The page's clock alone is moved, so that a poll must be answered before its 35 s are over.
  const numbers = Array.from({ length: 18 }, (_, index) => index + 1);
  for (const number of numbers) {
    await site.tell(number);
    await expectSeen(page, orders(...numbers.slice(0, number)));
    await page.clock.runFor(20_000);
  }
  await setVisibility(page, 'visible');
  await site.tell('shown');
  await expectSeen(page, orders(...numbers, 'shown'));
  await expectHeld(site);
});

test('a page from the back-forward cache goes on where it was', async ({ playwright, launchOptions }) => {
  await using site = await new ClientSite().begin();
  const browser = await playwright.chromium.launch({
    ...launchOptions,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
  try {
    const page = await (await browser.newContext()).newPage();
    await open(page, site);
    await site.tell(1);
    await expectSeen(page, orders(1));
    // Playwright itself loses a page that comes back from this cache; the browser's own protocol does not.
    const cdp = await page.context().newCDPSession(page);
    const ask = async (expression: string): Promise<unknown> =>
      (await cdp.send('Runtime.evaluate', { expression, returnByValue: true })).result.value;
    await ask('addEventListener("pageshow", ({ persisted }) => { window.persisted = persisted; })');
    await cdp.send('Page.navigate', { url: `${site.at()}/other` });
    await expect.poll(() => site.held).toBe(0);
    for (const number of [2, 3]) await site.tell(number);
    const { currentIndex, entries } = await cdp.send('Page.getNavigationHistory');
    const { id: entryId = 0 } = entries[currentIndex - 1] ?? {};
    await cdp.send('Page.navigateToHistoryEntry', { entryId });
    await expect.poll(() => ask('window.seen')).toEqual(orders(1, 2, 3));
    expect(await ask('window.persisted')).toBe(true);
    await expectHeld(site);
    await expectDrained(site);
    expect(await ask('window.gaps')).toEqual([]);
  } finally {
    await browser.close();
  }
});

for (const [status, headers] of [
  [502, {}],
  [503, { 'retry-after': '1' }],
  [429, { 'retry-after': '1' }],
] as const) {
  test(`a storm of ${status} is waited out with pauses, and nothing is lost`, async ({ page }) => {
    await using site = await new ClientSite().begin();
    await open(page, site);
    site.fault = answerPolls(4, (response) => response.writeHead(status, headers).end());
    const before = site.polls;
    for (const number of [1, 2, 3]) await site.tell(number);
    await expect.poll(() => told(page, 'seen'), { timeout: 60_000 }).toEqual(orders(1, 2, 3));
    // The one that brought the first message, those of the storm, the first good one and those that follow the answers.
    expect(site.polls - before).toBeLessThan(12);
    await expectDrained(site);
  });
}

test('a token that is over is asked for again, once, and nothing is lost', async ({ page }) => {
  await using site = await new ClientSite().begin();
  await open(page, site, 'orders', { token: 'alice' });
  site.fault = (request, response) => {
    if (request.url !== '/pollux/poll' || request.headers.authorization !== 'Bearer alice:1') return false;
    response.writeHead(401).end();
    return true;
  };
  for (const number of [1, 2, 3]) await site.tell(number);
  await expectSeen(page, orders(1, 2, 3));
  expect(await page.evaluate('tokens')).toBe(2);
  await expectDrained(site);
});

test('a proxy that gathers a stream is noticed within five seconds, and long polls go on', async ({ page }) => {
  await using site = await new ClientSite().begin();
  site.fault = (request) => request.headers.accept === 'text/event-stream';
  const started = Date.now();
  await page.goto(site.page('orders', { mode: 'stream' }));
  await site.tell(1);
  await expectSeen(page, orders(1));
  // Not a limit on speed: the client's own limit is four seconds, and the stream would be given up after 35.
  expect(Date.now() - started).toBeLessThan(15_000);
  await site.tell(2);
  await expectSeen(page, orders(1, 2));
  await expectDrained(site);
});

test('a stream brings what is told, and what is handled is acknowledged beside it', async ({ page }) => {
  await using site = await new ClientSite().begin();
  await open(page, site, 'orders', { mode: 'stream' });
  await expect.poll(() => site.held).toBe(1);
  const before = site.polls;
  for (const number of [1, 2, 3]) await site.tell(number);
  await expectSeen(page, orders(1, 2, 3));
  await expectDrained(site);
  expect(site.polls - before).toBeLessThan(2);
});

test('a server of another origin is polled with its leave', async ({ page }) => {
  await using site = await new ClientSite().begin();
  await open(page, site, 'orders', { url: `${site.at()}/pollux` }, {}, 'localhost');
  expect(await page.evaluate('location.hostname')).toBe('localhost');
  for (const number of [1, 2, 3]) await site.tell(number);
  await expectSeen(page, orders(1, 2, 3));
  await expectDrained(site);
});

test('an application that joins late gets what waited for it; one that left gets nothing', async ({ page }) => {
  await using site = await new ClientSite().begin();
  await open(page, site);
  await site.tell('waited', 'calls');
  await page.evaluate("join('calls')");
  await expectSeen(page, ['calls waited']);
  await page.evaluate("client.application('calls').close()");
  await expect.poll(() => page.evaluate('active.size')).toBe(1);
  await site.tell('later', 'calls');
  await site.tell('other');
  await expectSeen(page, ['calls waited', 'orders other']);
  await page.evaluate("client.application('calls')");
  await expectSeen(page, ['calls waited', 'orders other', 'calls later']);
});

test('a handler that throws and one that hangs cost one message each, which are parked', async ({ page }) => {
  await using site = await new ClientSite().begin();
  await open(page, site, 'orders,calls', {}, { deadline: 2 });
  for (const data of ['throw', 'hang', 'whole']) await site.tell(data);
  await site.tell('quick', 'calls');
  await expect.poll(async () => (await told(page, 'seen')).toSorted()).toEqual(['calls quick', 'orders whole']);
  expect(await told(page, 'failed')).toEqual(['Error: thrown', 'not done within 2 s']);
  await expect.poll(async () => (await site.hub.inspect.buffer.totals()).parked).toBe(2);
  await expectDrained(site);
});

test('a burst of fetch messages of one address is a fetch or two', async ({ page }) => {
  await using site = await new ClientSite().begin();
  await open(page, site);
  for (let count = 0; count < 30; count++) await site.tellToFetch('/api/7');
  await expectDrained(site);
  expect(site.fetched.length).toBeGreaterThan(0);
  expect(site.fetched.length).toBeLessThan(6);
  expect(new Set(await told(page, 'seen'))).toEqual(new Set(['orders 7']));
});

test('a page that closes its client says goodbye, and asks nothing more', async ({ page }) => {
  await using site = await new ClientSite().begin();
  await open(page, site);
  await page.evaluate('client.close()');
  await expect.poll(() => site.held).toBe(0);
  await expect.poll(() => site.hub.inspect.sessions({ limit: 1 }).total).toBe(0);
  const before = site.polls;
  await page.waitForTimeout(1500);
  expect(site.polls).toBe(before);
});

test('a page without anything to go on from begins with the oldest that waits', async ({ context }) => {
  await using site = await new ClientSite().begin();
  for (const number of [1, 2, 3]) await site.tell(number);
  const page = await visit(context);
  await open(page, site);
  await expectSeen(page, orders(1, 2, 3));
  await expectDrained(site);
});

test('in a web worker it does the same, beside the page', async ({ page }) => {
  await using site = await new ClientSite().begin();
  await page.goto(`${site.at()}/other`);
  await page.evaluate(() => {
    const program = `
      import { createCommunicationClient } from '${location.origin}/client.js';
      const client = createCommunicationClient({ url: '${location.origin}/pollux' });
      client.application('orders').on('note', ({ data }) => postMessage('orders ' + data));`;
    const worker = new Worker(URL.createObjectURL(new Blob([program], { type: 'text/javascript' })), { type: 'module' });
    const seen: unknown[] = [];
    worker.onmessage = ({ data }) => seen.push(data);
    Object.assign(window, { seen, worker });
  });
  await expectHeld(site);
  for (const number of [1, 2, 3]) await site.tell(number);
  await expectSeen(page, orders(1, 2, 3));
  await expectDrained(site);
});
