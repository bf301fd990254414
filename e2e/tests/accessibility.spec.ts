import { expectNoViolations } from '../support/axe.ts';
import { expect, test } from '../support/fixtures.ts';

const pages = ['/', '/live', '/buffers', '/clients', '/routing', '/inject', '/settings'];

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ contextOptions: { colorScheme, reducedMotion: 'reduce' } });

    test('the portal is accessible', async ({ demonstration, openPortal }) => {
      const { page, calls, headlines } = await openPortal('alice');
      await demonstration.trigger('orders', 'order');
      await demonstration.trigger('news', 'headline');
      for (let ringing = 1; ringing <= 2; ringing++) {
        await demonstration.trigger('calls', 'call', { agent: 'alice' });
        await expect(calls).toHaveCount(ringing);
      }
      await page.getByTestId('decline').first().click();
      await expect(page.getByTestId('ended-call')).toHaveCount(1);
      await page.getByTestId('answer').first().click();
      await expect(headlines.first()).toBeVisible();
      await page.getByTestId('raw').first().click();
      await page.mouse.move(640, 30);
      await page.waitForTimeout(600);
      await expectNoViolations(page);

      await page.setViewportSize({ width: 390, height: 844 });
      await page.waitForTimeout(300);
      await expectNoViolations(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    });

    test('the sign-in is accessible', async ({ demonstration, openWindow }) => {
      const page = await openWindow();
      await page.goto(demonstration.at.portal);
      await expect(page.getByTestId('sign-in')).toBeVisible();
      await expectNoViolations(page);
    });

    test('the console is accessible', async ({ demonstration, openPortal, openConsole }) => {
      test.setTimeout(240_000);
      await openPortal('alice');
      await demonstration.trigger('calls', 'call', { agent: 'alice' });
      await demonstration.trigger('calls', 'call', { agent: 'bob' });
      await demonstration.trigger('orders', 'order');
      const { page, goTo } = await openConsole();
      for (const path of pages) {
        await test.step(path, async () => {
          await goTo(path);
          await page.waitForTimeout(700);
          await expectNoViolations(page);
        });
      }
      await page.setViewportSize({ width: 390, height: 844 });
      for (const path of pages) {
        await test.step(`${path} on a phone`, async () => {
          await goTo(path);
          await page.waitForTimeout(700);
          await expectNoViolations(page);
          const wide = (selector: string) => page.locator(selector).evaluate((found) => found.scrollWidth - found.clientWidth);
          expect([await wide('html'), await wide('main')]).toEqual([0, 0]);
        });
      }
    });
  });
}

test('keys alone sign in and answer a call', async ({ demonstration, openWindow }) => {
  const page = await openWindow();
  await page.goto(demonstration.at.portal);
  await expect(page.getByTestId('sign-in')).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByTestId('sign-in-alice')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('connection')).toHaveText('Online');
  await demonstration.trigger('calls', 'call', { agent: 'alice' });
  const answer = page.getByTestId('answer');
  await expect(answer).toBeVisible();
  for (let tabs = 0; tabs < 30 && !(await answer.evaluate((element) => element === document.activeElement)); tabs++) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('call')).toHaveAttribute('data-state', 'talking');
});
