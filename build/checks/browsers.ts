// The browsers that the tests drive: found where the machine has them, installed where that is in our power.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

const CHROMIUM_FILES: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) =>
    ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'].map((file) =>
      join(process.env[name] ?? 'C:\\', file),
    ),
  ),
};
const CHROMIUM_COMMANDS = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
];

function commandPath(name: string): string | null {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : null;
}

/** A Chromium, Chrome or Edge of this machine (CONCORD_CHROMIUM names one); null where there is none. */
export function findChromium(): string | null {
  const chosen = process.env['CONCORD_CHROMIUM'];
  if (chosen) return existsSync(chosen) ? chosen : null;
  const files = CHROMIUM_FILES[process.platform];
  if (files) return files.find((file) => existsSync(file)) ?? null;
  for (const name of CHROMIUM_COMMANDS) {
    const path = commandPath(name);
    if (path) return path;
  }
  return null;
}

/** Debian packages by name, where we are root and apt is there. True when they are installed afterwards. */
function aptInstall(packages: string[]): boolean {
  if (process.getuid?.() !== 0 || !commandPath('apt-get')) return false;
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { stdio: ['ignore', 'ignore', 'inherit'] as const, env: environment };
  spawnSync('apt-get', ['update', '-qq'], { ...options, stdio: [...options.stdio] });
  const result = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
    ...options,
    stdio: [...options.stdio],
  });
  return result.status === 0;
}

/** Chromium for the tests in the page: found, or installed. Null when it can be neither. */
export function ensureChromium(say: (line: string) => void): string | null {
  const found = findChromium();
  if (found) return found;
  say('Installing Chromium for the tests in the page …');
  aptInstall(['chromium', 'xvfb', 'xauth']);
  return findChromium();
}

/** SciPy is a second opinion on the metrics: wanted, never needed. */
export function ensureScipy(say: (line: string) => void): void {
  const known = ['/usr/bin/python3', 'python3'].some(
    (python) => spawnSync(python, ['-c', 'import scipy'], { stdio: 'ignore' }).status === 0,
  );
  if (known || process.platform !== 'linux') return;
  say('Installing SciPy for a second opinion on the metrics …');
  aptInstall(['python3-scipy']);
}

/** The folder of an Electron for the tests of the window: the project's own, or a test runtime beside the checkout. */
export function findElectron(say: (line: string) => void): string | null {
  const chosen = process.env['CONCORD_TEST_ELECTRON'] ?? process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (chosen) return existsSync(chosen) ? chosen : null;
  const own = join(root, 'node_modules', 'electron', 'dist');
  if (existsSync(join(own, 'version'))) return own;
  const prepare = join(root, '..', 'shared', 'electron-runtime', 'prepare');
  if (!existsSync(prepare)) return null;
  say('Preparing an Electron for the tests of the window …');
  const result = spawnSync(prepare, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const folder = result.stdout?.trim();
  return result.status === 0 && folder && existsSync(folder) ? folder : null;
}
