/** One page of the client site, and what it saw. */
import { expect, type Page } from '@playwright/test';
import { told } from './client-page.ts';
import type { ClientSite } from './client-site.ts';

export const expectHeld = (site: ClientSite) => expect.poll(() => site.held).toBe(1);
export const expectDrained = (site: ClientSite) => expect.poll(() => site.waiting()).toBe(0);
export const expectSeen = (page: Page, expected: readonly string[]) => expect.poll(() => told(page, 'seen')).toEqual(expected);
export const orders = (...data: readonly unknown[]) => data.map((one) => `orders ${one}`);

export async function open(page: Page, site: ClientSite, ...what: Parameters<ClientSite['page']>): Promise<void> {
  await page.goto(site.page(...what));
  await expect.poll(() => page.evaluate('active.size')).toBeGreaterThan(0);
  await expectHeld(site);
}
