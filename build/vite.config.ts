// Bundles the page: renderer/ → out/renderer. As a dev server it passes /api/ on to a running host (CONCORD_ADDRESS).
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type ProxyOptions } from 'vite';

/** `CONCORD_ADDRESS` is what `concord serve` or `npm start` printed, token and all. */
function apiOf(address: string | undefined): Record<string, ProxyOptions> {
  if (!address) return {};
  const { origin, searchParams } = new URL(address);
  return {
    '/api': {
      target: origin,
      changeOrigin: true,
      headers: { 'x-concord-token': searchParams.get('token') ?? '' },
      configure: (proxy) =>
        proxy.on('proxyReq', (request) => {
          for (const name of ['origin', 'referer', 'sec-fetch-site']) request.removeHeader(name);
        }),
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL('../renderer', import.meta.url)),
  base: './',
  plugins: [svelte({ configFile: false })],
  worker: { format: 'es' },
  server: { host: '127.0.0.1', proxy: apiOf(process.env['CONCORD_ADDRESS']) },
  build: {
    outDir: fileURLToPath(new URL('../out/renderer', import.meta.url)),
    emptyOutDir: true,
    target: 'chrome114',
    // The page loads from this machine: one large lazy chunk (vtk.js) costs nothing worth a warning.
    chunkSizeWarningLimit: 4000,
  },
});
