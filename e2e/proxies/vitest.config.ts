import { defineConfig } from 'vitest/config';

/** Packages resolve one another to their sources, so tests run without a build. */
const conditions = ['@pollux/source', 'module', 'node', 'development|production'];

/** Real proxies in front of real servers: apart from the unit tests, since they need nginx and haproxy. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    name: 'proxies',
    dir: import.meta.dirname,
    include: ['**/*.test.ts'],
    // Starting processes takes its time on a busy machine; nothing waits for longer than it must.
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
