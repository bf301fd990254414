import { defineConfig } from 'vitest/config';

/** Packages resolve one another to their sources, so tests run without a build. */
const conditions = ['@pollux/source', 'module', 'node', 'development|production'];

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { conditions },
        ssr: { resolve: { conditions, externalConditions: conditions } },
        test: {
          name: 'node',
          environment: 'node',
          include: ['{packages,apps,scripts,bench}/**/test/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', 'apps/console/**'],
        },
      },
      // The console brings its own project (a browser-like environment and the Vue plugin).
      'apps/console/vitest.config.*',
    ],
  },
});
