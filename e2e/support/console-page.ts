import { expect, type Locator, type Page } from '@playwright/test';
import { administrator } from './hub-configuration.ts';

/** The admin console in a browser window, with the administrator signed in. */
export interface ConsolePage {
  readonly page: Page;
  /** Goes to a page of the console by its path. */
  goTo(path: string): Promise<void>;
}

export async function openConsolePage(page: Page, url: string): Promise<ConsolePage> {
  await page.goto(url);
  await page.getByLabel('Name').fill(administrator.name);
  await page.getByLabel('Password').fill(administrator.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Overview');
  return {
    page,
    async goTo(path) {
      await page.goto(`${url}${path}`);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    },
  };
}

const told = { summary: 'The kitchen tries its new oven.', author: 'Newsroom', publishedMs: '0' };

/** Injects a headline for everyone. */
export async function injectHeadline(
  { page, goTo }: ConsolePage,
  fields: { readonly id: string; readonly title: string },
): Promise<void> {
  await goTo('/inject');
  await page.getByLabel('Application').selectOption('news');
  await page.getByText('Everyone', { exact: true }).click();
  for (const [name, value] of Object.entries({ ...told, ...fields })) {
    await page.locator(`#payload-${name}`).fill(value);
  }
  await page.getByRole('button', { name: 'Inject', exact: true }).click();
}

/** A step of an injected message's life that is behind it. */
export function stepDone({ page }: ConsolePage, name: string): Locator {
  return page.locator('.stepper li.done').filter({ hasText: name });
}
