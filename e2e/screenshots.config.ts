import { defineConfig } from '@playwright/test';
import { browser } from './support/browser.ts';

export default defineConfig({
  testDir: './screenshots',
  testMatch: '*.shot.ts',
  workers: 1,
  timeout: 180_000,
  reporter: [['list']],
  use: { ...browser, viewport: { width: 1280, height: 800 } },
});
