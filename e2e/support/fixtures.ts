import { test as base } from '@playwright/test';
import { type Demonstration, startDemonstration } from './demonstration.ts';
import { openPortalPage, type PortalPage, type User } from './portal-page.ts';

interface Fixtures {
  /** Whether things happen by themselves. */
  readonly lively: boolean;
  readonly demonstration: Demonstration;
  /** Opens a window of its own for a user; the window is closed with the test. */
  readonly openPortal: (user: User) => Promise<PortalPage>;
}

export const test = base.extend<Fixtures>({
  lively: [false, { option: true }],
  demonstration: async ({ lively }, use) => {
    await using demonstration = await startDemonstration({ lively });
    await use(demonstration);
  },
  openPortal: async ({ browser, contextOptions, demonstration }, use) => {
    const windows: AsyncDisposable[] = [];
    await use(async (user) => {
      const context = await browser.newContext(contextOptions);
      windows.push(context);
      return openPortalPage(await context.newPage(), demonstration.at, user);
    });
    await Promise.all(windows.map((window) => window[Symbol.asyncDispose]()));
  },
});

export { expect } from '@playwright/test';
