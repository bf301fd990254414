/** One connection for all tabs of a browser, whatever happens to the tabs. */
import { expect, type Page, test } from '@playwright/test';
import { told } from '../support/client-page.ts';
import { ClientSite } from '../support/client-site.ts';
import { expectNoGaps, expectOneHeld, openTabs, orders } from '../support/tabs.ts';

test('tabs come, go, crash, freeze and are loaded anew at random: each has all since it came, once, in order', async ({
  context,
}) => {
  await using site = await new ClientSite().begin();
  // Repeated by its seed, which the report of a failure names.
  let seed = Number.parseInt(process.env['POLLUX_SEED'] ?? `${Date.now() % 100_000}`, 10);
  test.info().annotations.push({ type: 'seed', description: `${seed}` });
  const pick = (count: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor(seed / 65_536) % count;
  };
  const acts: readonly ((tab: Page) => Promise<unknown>)[] = [
    (tab) => tab.reload(),
    (tab) => tab.close(),
    async (tab) => void (await context.newCDPSession(tab)).send('Page.crash').catch(() => undefined),
    async (tab) => (await context.newCDPSession(tab)).send('Page.setWebLifecycleState', { state: 'frozen' }),
  ];
  const tabs: Page[] = [];
  let count = 0;
  const stop = Date.now() + 15_000;
  while (Date.now() < stop) {
    tabs.push(...(await openTabs(context, site, Array(4 - tabs.length).fill('orders'))));
    const [tab] = tabs.splice(pick(4), 1) as [Page];
    const act = pick(4);
    const acting = acts[act]?.(tab);
    for (let burst = pick(20); burst >= 0; burst--) await site.tell(++count);
    await acting;
    if (act === 0) tabs.push(tab);
  }
  expect(count).toBeGreaterThan(20);
  for (const tab of tabs) await expect.poll(async () => (await told(tab, 'seen')).at(-1)).toBe(`orders ${count}`);
  for (const tab of tabs) {
    const [first = ''] = await told(tab, 'seen');
    expect(await told(tab, 'seen')).toEqual(orders(Number(String(first).slice(7)), count));
  }
  await expectNoGaps(tabs);
  await expect.poll(() => site.waiting()).toBe(0);
  await expectOneHeld(site);
});
