// Bundles the peers' pages into out/bench/peers.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: './',
  worker: { format: 'es' },
  logLevel: 'warn',
  build: {
    outDir: here('../../../out/bench/peers'),
    emptyOutDir: true,
    target: 'chrome114',
    chunkSizeWarningLimit: 20_000,
    rollupOptions: { input: { niivue: here('niivue.html'), cornerstone: here('cornerstone.html') } },
  },
});
