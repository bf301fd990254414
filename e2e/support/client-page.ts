/** Looks into a page of the client site. */
import type { Page } from '@playwright/test';

/** What the page wrote down. */
export const told = (page: Page, what: 'seen' | 'gaps' | 'failed' | 'errors'): Promise<unknown[]> =>
  page.evaluate((name) => (window as unknown as Record<string, unknown[]>)[name] ?? [], what);

/** What a page's visibility is cannot be set from outside; it is told here as a browser tells it. */
export async function setVisibility(page: Page, state: 'visible' | 'hidden'): Promise<void> {
  await page.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, state);
}
