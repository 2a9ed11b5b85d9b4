// `npm start`: sets up, builds what changed, and opens the workstation: a window, a browser, or an address.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBundles } from './bundle.mjs';
import { concordEnvironment, concordNode, ensureDependencies, ROOT, say } from './setup.mjs';

const TRY_AGAIN_MS = 24 * 3600 * 1000;

/** The Electron binary, fetched once where it can be had; null where it cannot. */
function electronBinary() {
  const name =
    { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ?? 'electron';
  const elsewhere = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (elsewhere) return existsSync(join(elsewhere, name)) ? join(elsewhere, name) : null;
  const own = join(ROOT, 'node_modules', 'electron', 'dist', name);
  if (existsSync(own)) return own;
  const tried = join(ROOT, 'out', '.electron-tried');
  if (existsSync(tried) && Date.now() - statSync(tried).mtimeMs < TRY_AGAIN_MS) return null;
  say('Concord: fetching Electron for the desktop window (once) …');
  const installer = join(ROOT, 'node_modules', 'electron', 'install.js');
  spawnSync(concordNode(), [installer], {
    cwd: ROOT,
    stdio: 'ignore',
    timeout: 300_000,
    env: concordEnvironment(),
  });
  if (existsSync(own)) return own;
  mkdirSync(join(ROOT, 'out'), { recursive: true });
  writeFileSync(tried, '');
  return null;
}

function hasDisplay() {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** Electron before 35 carries a Node that the database does not run in: the backend then runs beside it. */
function carriesOldNode(binary) {
  const versionFile = join(binary, '..', 'version');
  if (!existsSync(versionFile)) return false;
  return Number.parseInt(readFileSync(versionFile, 'utf8').replace(/^v/, ''), 10) < 35;
}

function startHost(extra) {
  return spawn(concordNode(), [join(ROOT, 'build', 'workstation.ts'), ...extra], {
    cwd: ROOT,
    stdio: ['inherit', 'pipe', 'inherit'],
    env: concordEnvironment(),
  });
}

function openWindow(binary, extra) {
  const sandbox = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return spawn(binary, [...sandbox, ROOT, ...extra], {
    cwd: ROOT,
    stdio: 'inherit',
    env: concordEnvironment(),
  });
}

await ensureDependencies();
await ensureBundles();
const display = hasDisplay();
const binary = display ? electronBinary() : null;

if (binary && !carriesOldNode(binary)) {
  const ready = spawnSync(concordNode(), [join(ROOT, 'build', 'workstation.ts'), '--prepare'], {
    cwd: ROOT,
    stdio: 'inherit',
    env: concordEnvironment(),
  });
  if (ready.status !== 0) process.exit(ready.status ?? 1);
  openWindow(binary, []).on('exit', (code) => process.exit(code ?? 0));
} else {
  if (display && !binary)
    say('Concord: no Electron can be had here, so the workstation opens in your browser.');
  const host = startHost(display && !binary ? ['--open'] : []);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => host.kill(signal));
  host.on('exit', (code) => process.exit(code ?? 0));
  host.stdout.on('data', (chunk) => {
    const address = String(chunk).trim();
    process.stdout.write(`${address}\n`);
    if (binary) openWindow(binary, ['--connect', address]).on('exit', () => host.kill('SIGTERM'));
  });
}
