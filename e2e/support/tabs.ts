/** Several tabs of one browser with pages of the client site. */
import { type BrowserContext, expect, type Page } from '@playwright/test';
import { told } from './client-page.ts';
import type { ClientSite } from './client-site.ts';

/** Opens tabs one after the other; each is known to the others before the next one comes. */
export async function openTabs(context: BrowserContext, site: ClientSite, all: readonly string[]): Promise<Page[]> {
  const tabs: Page[] = [];
  for (const apps of all) {
    const tab = await context.newPage();
    await tab.goto(site.page(apps));
    await expect.poll(() => tab.evaluate('active.size')).toBe(apps.split(',').length);
    await expectOneHeld(site);
    tabs.push(tab);
  }
  return tabs;
}

export const expectOneHeld = (site: ClientSite) => expect.poll(() => site.held).toBe(1);
export const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
export const orders = (from: number, to: number) => numbers(from, to).map((number) => `orders ${number}`);

export async function tellAll(site: ClientSite, from: number, to: number): Promise<void> {
  for (const number of numbers(from, to)) await site.tell(number);
}

export async function expectSeen(tabs: readonly Page[], expected: readonly string[]): Promise<void> {
  for (const tab of tabs) await expect.poll(() => told(tab, 'seen')).toEqual(expected);
}

export async function expectNoGaps(tabs: readonly Page[]): Promise<void> {
  for (const tab of tabs) expect(await told(tab, 'gaps')).toEqual([]);
}
