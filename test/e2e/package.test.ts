// The packaged application: what is in it, what is not, and that its window opens.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findElectron } from '../../build/checks/browsers.ts';
import { openDisplay, type Display } from './support/display.ts';
import { openWindow } from './support/window.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Outside the checkout, so that nothing which is missing in the package is found in the checkout's own packages. */
const output = join(tmpdir(), `concord-package-${process.pid}`);
const electron = process.platform === 'linux' ? findElectron(() => undefined) : null;
const display: Display | null = electron ? await openDisplay() : null;
const application = join(output, 'linux-unpacked');
const unpacked = join(application, 'resources', 'app.asar.unpacked');

const why = electron
  ? display
    ? 'the packaged application'
    : 'SKIPPED: no display and no Xvfb'
  : 'SKIPPED: packaging is tested on Linux where an Electron is at hand';

describe.skipIf(!electron || !display)(why, () => {
  beforeAll(() => {
    const made = spawnSync(
      process.execPath,
      [join(root, 'build', 'package.mjs'), '--dir', `-c.directories.output=${output}`],
      { encoding: 'utf8', env: { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: electron! } },
    );
    if (made.status !== 0) throw new Error(`packaging failed:\n${made.stdout}\n${made.stderr}`);
    // A borrowed tree of Electron may hold an application of its own, which would start instead.
    rmSync(join(application, 'resources', 'app'), { recursive: true, force: true });
  });
  afterAll(() => {
    display?.close();
    rmSync(output, { recursive: true, force: true });
  });

  it('keeps native code, models and workers on the disk, and nothing that only builds need', () => {
    expect(existsSync(join(application, 'resources', 'app.asar'))).toBe(true);
    expect(existsSync(join(unpacked, 'models', 'phantom-pansegnet', 'model.onnx'))).toBe(true);
    const kept = readdirSync(join(unpacked, 'node_modules'));
    expect(kept).toEqual(expect.arrayContaining(['better-sqlite3', 'onnxruntime-node', 'piscina']));
    for (const name of ['vite', 'svelte', 'typescript', 'electron', 'playwright-core', '@kitware']) {
      expect(kept).not.toContain(name);
    }
    const binaries = readdirSync(join(unpacked, 'node_modules', 'better-sqlite3', 'prebuilds'));
    expect(binaries).toEqual([`linux-${process.arch}.node`]);
    const files = readdirSync(unpacked, { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => file.endsWith('.map') || file.endsWith('.d.ts'))).toEqual([]);
  });

  it('has every worker, each of which loads with nothing but what is packaged', () => {
    const folder = join(unpacked, 'out', 'electron', 'workers');
    const sources = readdirSync(join(root, 'electron', 'workers')).filter((name) =>
      /-(worker|process)\.ts$/.test(name),
    );
    expect(readdirSync(folder).sort()).toEqual(sources.map((name) => name.replace(/ts$/, 'mjs')).sort());
    for (const name of readdirSync(folder).filter((file) => file.endsWith('-worker.mjs'))) {
      const script = `console.log(typeof (await import('./${name}')).default)`;
      const loaded = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(loaded.stdout.trim(), `${name}: ${loaded.stderr}`).toBe('function');
    }
    for (const name of ['better-sqlite3', 'onnxruntime-node', 'piscina', 'dcmjs', '@itk-wasm/dicom']) {
      const script = `await import('${name}'); console.log('loaded')`;
      const options = { cwd: folder, encoding: 'utf8' } as const;
      const loaded = spawnSync(process.execPath, ['--input-type=module', '-e', script], options);
      expect(loaded.stdout.trim(), `${name}: ${loaded.stderr}`).toBe('loaded');
    }
  });

  it('opens its window from the archive', async () => {
    const desktop = await openWindow({ executablePath: join(application, 'concord'), display: display! });
    try {
      expect(desktop.page.url()).toMatch(/^app:\/\/concord\/index\.html/);
      await desktop.page.getByRole('button', { name: 'New study' }).waitFor({ timeout: 30_000 });
      const path = await desktop.shell.evaluate(({ app }) => app.getAppPath());
      expect(path).toMatch(/app\.asar$/);
      expect(desktop.complaints).toEqual([]);
    } finally {
      await desktop.close();
    }
  });
});
