// Installs and bundles the peers' pages on first use and serves them with the scan on 127.0.0.1.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { build } from 'vite';
import { folder as benchFolder } from '../material.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const STAMP = join(here, 'node_modules', '.installed');

/** They have a lockfile of their own, since Cornerstone3D pins another vtk.js than Concord's. */
function install(say: (line: string) => void): void {
  const wanted = createHash('sha256')
    .update(readFileSync(join(here, 'package-lock.json')))
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  say('installing NiiVue and Cornerstone3D (once) …');
  const windows = process.platform === 'win32';
  const args = ['ci', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'];
  const { status } = spawnSync(windows ? 'npm.cmd' : 'npm', args, {
    cwd: here,
    stdio: ['ignore', 2, 2],
    shell: windows,
  });
  if (status !== 0) throw new Error('NiiVue and Cornerstone3D could not be installed (see above)');
  writeFileSync(STAMP, wanted);
}

export interface PeersHost {
  /** The page of one peer: `niivue` or `cornerstone`. */
  page(name: string): string;
  /** The scan that both load. */
  scan: string;
  stop(): Promise<void>;
}

export async function startPeers(scan: string, say: (line: string) => void): Promise<PeersHost> {
  install(say);
  say('bundling their pages …');
  await build({ configFile: join(here, 'vite.config.mjs') });
  const pages = new Hono();
  pages.get('/scan.nii.gz', serveStatic({ path: relative(process.cwd(), scan) }));
  pages.get('/*', serveStatic({ root: relative(process.cwd(), join(benchFolder, 'peers')) }));
  const server = serve({ fetch: pages.fetch, hostname: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    page: (name) => `${origin}/${name}.html`,
    scan: `${origin}/scan.nii.gz`,
    stop: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
