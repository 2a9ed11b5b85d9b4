// `npm start`: sets up, builds what changed, and opens the workstation: a window, a browser, or an address.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBundles } from './bundle.mjs';
import {
  concordEnvironment,
  concordNode,
  endLike,
  ensureDependencies,
  ROOT,
  say,
  stopWithUs,
} from './setup.mjs';

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
    timeout: 180_000,
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

/** Debian and others forbid root the sandbox of Chromium; a person's own account has it. */
function openWindow(binary, extra) {
  const sandbox = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return spawn(binary, [...sandbox, ROOT, ...extra], {
    cwd: ROOT,
    stdio: 'inherit',
    env: concordEnvironment(),
  });
}

/** The browser host; `onAddress` hears of its address once it answers. */
function openHost(extra, onAddress) {
  const host = spawn(concordNode(), [join(ROOT, 'build', 'workstation.ts'), ...extra], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: concordEnvironment(),
  });
  let written = '';
  host.stdout.on('data', (chunk) => {
    const before = written.includes('\n');
    written += String(chunk);
    if (!before && written.includes('\n')) onAddress(written.slice(0, written.indexOf('\n')));
  });
  stopWithUs(host);
  endLike(host);
  return host;
}

await ensureDependencies();
await ensureBundles();
const display = hasDisplay();
const binary = display ? electronBinary() : null;

if (binary && !carriesOldNode(binary)) {
  const window = openWindow(binary, ['--demo']);
  stopWithUs(window);
  endLike(window);
} else if (binary) {
  const host = openHost([], (address) =>
    openWindow(binary, ['--connect', address]).on('exit', () => host.kill('SIGTERM')),
  );
} else {
  if (display) say('Concord: no Electron can be had here, so the workstation opens in your browser.');
  openHost(display ? ['--open'] : [], (address) => {
    process.stdout.write(`${address}\n`);
    say('Concord serves this machine only; open the address above in a browser. Ctrl+C stops it.');
  });
}
