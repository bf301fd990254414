import { test as base, type Page } from '@playwright/test';
import { type ConsolePage, openConsolePage } from './console-page.ts';
import { type Demonstration, startDemonstration } from './demonstration.ts';
import { openPortalPage, type PortalPage, type User } from './portal-page.ts';

interface Fixtures {
  /** Whether things happen by themselves. */
  readonly lively: boolean;
  readonly demonstration: Demonstration;
  /** Opens a window of its own for a user; the window is closed with the test. */
  readonly openPortal: (user: User) => Promise<PortalPage>;
  /** Opens the console in a window of its own. */
  readonly openConsole: () => Promise<ConsolePage>;
  /** Opens empty windows, which are closed with the test. */
  readonly openWindow: () => Promise<Page>;
}

export const test = base.extend<Fixtures>({
  lively: [false, { option: true }],
  demonstration: async ({ lively }, use) => {
    await using demonstration = await startDemonstration({ lively });
    await use(demonstration);
  },
  openWindow: async ({ browser, contextOptions }, use) => {
    const windows: AsyncDisposable[] = [];
    await use(async () => {
      const context = await browser.newContext(contextOptions);
      windows.push(context);
      return context.newPage();
    });
    await Promise.all(windows.map((window) => window[Symbol.asyncDispose]()));
  },
  openPortal: async ({ openWindow, demonstration }, use) => {
    await use(async (user) => openPortalPage(await openWindow(), demonstration.at, user));
  },
  openConsole: async ({ openWindow, demonstration }, use) => {
    await use(async () => openConsolePage(await openWindow(), demonstration.at.console));
  },
});

export { expect } from '@playwright/test';
