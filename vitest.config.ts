import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Packages resolve one another to their sources, so tests run without a build. */
const conditions = ['@pollux/source', 'module', 'node', 'development|production'];
const resolution = { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } };

/** A test that hangs ends after this; 5 s, as usual, would be a bound on how slow a machine may be. */
const testTimeout = 30_000;

/** Long runs in virtual time, or that wait most of theirs: a busy machine changes nothing, so each processor may do one. */
const patient = [
  'packages/core/test/simulation/seeds-*.test.ts',
  'packages/core/test/model/buffer-model.test.ts',
  'packages/redis/test/{contract,failover,losses,wire-contract}.test.ts',
  'packages/lmdb/test/{killed,wire-contract,shared-wire-contract}.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      {
        ...resolution,
        test: {
          name: 'node',
          environment: 'node',
          testTimeout,
          include: ['{packages,apps,scripts,bench}/**/test/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', 'apps/console/**', ...patient],
        },
      },
      {
        ...resolution,
        test: {
          name: 'patient',
          environment: 'node',
          testTimeout,
          include: patient,
          maxWorkers: availableParallelism(),
          // After all others: those measure, or wait for real programs, and are to have the machine to themselves.
          sequence: { groupOrder: 1 },
        },
      },
      // The console brings its own project (a browser-like environment and the Vue plugin).
      'apps/console/vitest.config.*',
    ],
  },
});
