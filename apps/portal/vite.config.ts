import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'src/page',
  plugins: [vue()],
  build: { outDir: '../../dist/page', emptyOutDir: true, target: 'es2022', sourcemap: true },
});
