import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    server: 'src/server.ts',
    'applications/calls': 'src/applications/calls.ts',
    'applications/orders': 'src/applications/orders.ts',
    'applications/news': 'src/applications/news.ts',
  },
  format: 'esm',
  target: 'node20',
  platform: 'node',
  // The page is vite's to clear: it stays while the servers are built.
  clean: ['!page/**'],
  sourcemap: true,
});
