import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [vue()],
  resolve: { conditions: ['@pollux/source', 'module', 'browser', 'development|production'] },
  test: { name: 'console', environment: 'jsdom', include: ['test/**/*.test.ts'] },
});
