/** Looks into a page of the client site. */
import type { Page } from '@playwright/test';

/** What the page wrote down. */
export const told = (page: Page, what: 'seen' | 'gaps' | 'failed' | 'errors'): Promise<unknown[]> =>
  page.evaluate((name) => (window as unknown as Record<string, unknown[]>)[name] ?? [], what);
