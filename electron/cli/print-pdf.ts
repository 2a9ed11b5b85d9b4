// HTML to PDF by Electron, where it is: a window that nobody sees loads the report and prints itself.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem } from '../contract/problem.ts';

/** How long a report of thousands of rows may take to print. */
const LIMIT_MS = 120_000;

/** CommonJS, for older Electrons take nothing else. The page may run no script and load nothing. */
const PRINTER = `
const { app, BrowserWindow } = require('electron');
const { writeFileSync } = require('node:fs');
app.disableHardwareAcceleration();
app.whenReady().then(async () => {
  const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true, javascript: false } });
  await window.loadFile(process.env.CONCORD_PRINT_FROM);
  writeFileSync(process.env.CONCORD_PRINT_TO, await window.webContents.printToPDF({ printBackground: true, pageSize: 'A4' }));
  app.exit(0);
}).catch((error) => { console.error(String(error)); app.exit(1); });
`;

/** The Electron of this installation, or null: its package brings the binary only where it may fetch it. */
export function findElectron(): string | null {
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (override) {
    const binary = join(override, process.platform === 'win32' ? 'electron.exe' : 'electron');
    return existsSync(binary) ? binary : null;
  }
  try {
    const folder = join(createRequire(import.meta.url).resolve('electron/package.json'), '..');
    const dist = join(folder, 'dist');
    const names: Partial<Record<NodeJS.Platform, string>> = {
      darwin: join('Electron.app', 'Contents', 'MacOS', 'Electron'),
      win32: 'electron.exe',
    };
    const binary = join(dist, names[process.platform] ?? 'electron');
    return existsSync(binary) ? binary : null;
  } catch {
    return null;
  }
}

/** The Electron that prints. Throws Problem `pdf-needs-window` where there is none, or no display for it. */
export function requirePrinter(): string {
  const electron = findElectron();
  if (electron === null) throw needsWindow('there is no Electron here');
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    throw needsWindow('there is no display (xvfb-run gives one)');
  }
  return electron;
}

/** The PDF of a self-contained page. Throws as `requirePrinter`, and Problem `pdf-failed` when it cannot be printed. */
export async function printPdf(html: string): Promise<Buffer> {
  const electron = requirePrinter();
  const folder = await mkdtemp(join(tmpdir(), 'concord-pdf-'));
  try {
    const [from, to, script] = ['report.html', 'report.pdf', 'print.cjs'].map((name) => join(folder, name));
    await writeFile(from, html);
    await writeFile(script, PRINTER);
    await runElectron(electron, script, { CONCORD_PRINT_FROM: from, CONCORD_PRINT_TO: to });
    return await readFile(to);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function needsWindow(why: string): Problem {
  return new Problem(
    'pdf-needs-window',
    `A PDF is printed by the desktop program, and ${why}. Nothing was written; give a name that ends in .html and print that.`,
  );
}

function runElectron(electron: string, script: string, env: Record<string, string>): Promise<void> {
  // As root Chromium has no sandbox; the page is our own and runs no script.
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const { ELECTRON_RUN_AS_NODE: _, ...inherited } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(electron, [...flags, script], {
      env: { ...inherited, ...env },
      stdio: 'ignore',
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    const failed = () =>
      new Problem(
        'pdf-failed',
        'Electron could not print the report. Nothing was written; give a name that ends in .html and print that.',
        { status: 500 },
      );
    child.on('error', () => reject(failed()));
    child.on('exit', (code) => (code === 0 ? resolve() : reject(failed())));
  });
}
