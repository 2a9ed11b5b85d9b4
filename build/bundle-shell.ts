// Bundles what Electron runs: main and preload as CommonJS (an old Electron takes nothing else), workers as modules.
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions } from 'esbuild';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'out', 'electron');

/** Native modules and packages that find their own files stay outside the bundle. */
const external = [
  'electron',
  'better-sqlite3',
  'onnxruntime-node',
  'piscina',
  '@itk-wasm/image-io',
  '@itk-wasm/dicom',
  'itk-wasm',
  'dcmjs',
];

const common: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node18',
  external,
  logLevel: 'warning',
  absWorkingDir: root,
  sourcemap: 'linked',
};

// In CommonJS import.meta is empty; files are found from the bundle's own place instead.
const importMeta = {
  define: { 'import.meta.url': '__concordUrl' },
  banner: { js: "const __concordUrl = require('node:url').pathToFileURL(__filename).href;" },
};

await build({
  ...common,
  ...importMeta,
  format: 'cjs',
  entryPoints: ['electron/main.ts'],
  outfile: join(out, 'main.cjs'),
});
await build({
  ...common,
  format: 'cjs',
  entryPoints: ['electron/preload.ts'],
  outfile: join(out, 'preload.cjs'),
});

const workers = readdirSync(join(root, 'electron', 'workers')).filter((name) =>
  /-(worker|process)\.ts$/.test(name),
);
await build({
  ...common,
  format: 'esm',
  target: 'node22',
  entryPoints: workers.map((name) => `electron/workers/${name}`),
  outdir: join(out, 'workers'),
  outExtension: { '.js': '.mjs' },
  // Bundled CommonJS packages expect a require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
