import { defineConfig, type Options } from 'tsup';

const common: Options = { format: 'esm', dts: true, sourcemap: true };

export default defineConfig([
  {
    ...common,
    entry: {
      index: 'src/index.ts',
      'server/index': 'src/server.ts',
      'bindings/index': 'src/client/share-application.ts',
      'publisher/index': 'src/publisher/index.ts',
      'testing/index': 'src/testing/index.ts',
    },
    target: 'es2022',
  },
  // The script cleans: one of two builds would take away what the other made. What pages load stands by itself, without a chunk that it would share with the server, and small as it is published.
  { ...common, entry: { index: 'src/client/index.ts' }, outDir: 'dist/client', target: 'es2020', minify: true },
  { ...common, entry: { index: 'src/client/basic/index.ts' }, outDir: 'dist/client/basic', target: 'es2020', minify: true },
]);
