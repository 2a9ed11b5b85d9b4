// Bundles the page: renderer/ → out/renderer.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  root: new URL('../renderer', import.meta.url).pathname,
  base: './',
  plugins: [svelte({ configFile: false })],
  worker: { format: 'es' },
  build: {
    outDir: new URL('../out/renderer', import.meta.url).pathname,
    emptyOutDir: true,
    target: 'chrome114',
    // The page loads from this machine: one large lazy chunk (vtk.js) costs nothing worth a warning.
    chunkSizeWarningLimit: 4000,
  },
});
