import { fileURLToPath } from 'node:url';
import { type ConsolePage, injectHeadline, stepDone } from '../support/console-page.ts';
import { expect, test } from '../support/fixtures.ts';
import type { PortalPage } from '../support/portal-page.ts';

const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));

test.use({ lively: true });

/** Waits for a moment that shows everything: a call rings, the wire shows two applications in one answer. */
async function waitForGoodMoment({ page, calls }: PortalPage): Promise<void> {
  const together = page.getByTestId('wire-entry').filter({ hasText: 'messages together' });
  await expect(async () => {
    await expect(calls.and(page.locator('[data-state="ringing"]')).first()).toBeVisible({ timeout: 100 });
    await expect(page.getByTestId('ended-call').nth(1)).toBeAttached({ timeout: 100 });
    await expect(together.first()).toBeInViewport({ timeout: 100 });
    await expect(page.getByTestId('held')).toContainText(/[2-9] s of up to/, { timeout: 100 });
  }).toPass({ timeout: 240_000, intervals: [250] });
}

/** The console's pages, each as people would look at it. */
const scenes: Readonly<Record<string, (console: ConsolePage) => Promise<unknown>>> = {
  overview: ({ goTo }) => goTo('/'),
  live: ({ goTo }) => goTo('/live'),
  buffers: async ({ goTo, page }) => {
    await goTo('/buffers');
    await page.getByText('carol').first().click();
  },
  clients: ({ goTo }) => goTo('/clients'),
  routing: ({ goTo }) => goTo('/routing'),
  inject: async (console) => {
    await injectHeadline(console, { id: 'canteen', title: 'The canteen opens at eleven tomorrow' });
    await expect(stepDone(console, 'Acknowledged').first()).toBeVisible();
  },
};

for (const [colorScheme, user, other] of [
  ['light', 'alice', 'bob'],
  ['dark', 'bob', 'alice'],
] as const) {
  test.describe(colorScheme, () => {
    test.use({ contextOptions: { colorScheme } });

    test('portal and console', async ({ openPortal, openConsole }) => {
      test.setTimeout(420_000);
      // Carol is away: her messages wait in her buffer.
      const portal = await openPortal(user);
      await openPortal(other);
      const console = await openConsole();
      await portal.page.waitForTimeout(45_000);
      await waitForGoodMoment(portal);
      await portal.page.screenshot({ path: `${images}portal-${colorScheme}.png` });
      for (const [name, show] of Object.entries(scenes)) {
        await show(console);
        // The charts and the feed need some seconds of traffic.
        await console.page.waitForTimeout(name === 'live' ? 20_000 : 6000);
        await console.page.screenshot({ path: `${images}console-${name}-${colorScheme}.png` });
      }
    });
  });
}
