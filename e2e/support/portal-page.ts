import { expect, type Locator, type Page } from '@playwright/test';
import { type PollWatch, watchPolls } from './poll-watch.ts';

export type User = 'alice' | 'bob' | 'carol';

/** The portal in a browser window, with somebody signed in. */
export interface PortalPage {
  readonly page: Page;
  readonly polls: PollWatch;
  /** What the browser reported as an error. */
  readonly errors: readonly string[];
  readonly calls: Locator;
  readonly orders: Locator;
  readonly headlines: Locator;
  /** The state of the communication client, as the page shows it. */
  readonly connection: Locator;
  titles(): Promise<readonly string[]>;
}

/** Opens the portal and signs in; resolves when the page's poll is held. */
export async function openPortalPage(
  page: Page,
  at: { readonly portal: string; readonly pollux: string },
  user: User,
): Promise<PortalPage> {
  const polls = await watchPolls(page, at.pollux);
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  await page.goto(at.portal);
  await page.getByTestId(`sign-in-${user}`).click();
  const portal: PortalPage = {
    page,
    polls,
    errors,
    calls: page.getByTestId('call'),
    orders: page.getByTestId('order'),
    headlines: page.getByTestId('headline'),
    connection: page.getByTestId('connection'),
    titles: () => page.getByTestId('headline').locator('h3').allInnerTexts(),
  };
  await expectHeld(portal);
  return portal;
}

/** All applications take part, and one request is held for them. */
export async function expectHeld({ page, polls, connection }: PortalPage): Promise<void> {
  await expect(connection).toHaveAttribute('data-state', 'connected');
  for (const name of ['calls', 'orders', 'news']) {
    await expect(page.getByTestId(`status-${name}`)).toHaveAttribute('data-state', 'active');
  }
  await expect.poll(() => polls.held()).toBe(1);
}
