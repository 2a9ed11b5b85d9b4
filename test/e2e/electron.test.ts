// The desktop window in a real Electron, before a backend in Node: the shell, and the same page as in the browser.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findElectron } from '../../build/checks/browsers.ts';
import { startBrowserHost, type BrowserHost } from '../../electron/serve.ts';
import { openDisplay, type Display } from './support/display.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const artefacts = join(root, 'out', 'test', 'electron');
const folder = findElectron(() => undefined);
const display: Display | null = folder ? await openDisplay() : null;
const binary =
  { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform as string] ??
  'electron';

const why = !folder
  ? 'SKIPPED: no Electron on this machine, and no test runtime beside the checkout'
  : !display
    ? 'SKIPPED: no display and no Xvfb'
    : 'the desktop window';

describe.skipIf(!folder || !display)(why, () => {
  const home = mkdtempSync(join(tmpdir(), 'concord-electron-'));
  let host: BrowserHost;
  let shell: ElectronApplication;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    mkdirSync(artefacts, { recursive: true });
    host = await startBrowserHost({ home: join(home, 'concord') });
    shell = await _electron.launch({
      executablePath: join(folder!, binary),
      args: ['--no-sandbox', root, '--connect', host.address, `--user-data-dir=${join(home, 'profile')}`],
      env: { ...(process.env as Record<string, string>), DISPLAY: display!.name },
      timeout: 60_000,
    });
    page = await shell.firstWindow({ timeout: 60_000 });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.waitForLoadState('load');
  });

  afterAll(async () => {
    await shell?.close();
    await host?.close();
    display?.close();
    rmSync(home, { recursive: true, force: true });
  });

  it('shows the page by its own protocol, not from a port', async () => {
    expect(page.url()).toMatch(/^app:\/\/concord\/index\.html/);
    expect(await page.title()).toContain('Concord');
    await page.getByRole('button', { name: 'New study' }).waitFor({ timeout: 30_000 });
    await page.screenshot({ path: join(artefacts, 'start.png') });
    expect(complaints).toEqual([]);
  });

  it('answers the page’s API through the window, and streams', async () => {
    const host = await page.evaluate(async () => (await fetch('/api/host')).json() as Promise<unknown>);
    expect(host).toMatchObject({ name: 'Concord' });
    const status = await page.evaluate(async () => (await fetch('/api/nothing')).status);
    expect(status).toBe(404);
  });

  it('gives the page the four calls of the bridge and no Node', async () => {
    const seen = await page.evaluate(() => {
      const world = globalThis as unknown as Record<string, unknown>;
      const bridge = world['concordDesktop'] as Record<string, unknown>;
      return {
        bridge: Object.fromEntries(Object.entries(bridge).map(([name, value]) => [name, typeof value])),
        node: ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].filter(
          (name) => name in world,
        ),
      };
    });
    expect(seen.bridge).toEqual({
      platform: 'string',
      pickFiles: 'function',
      pickFolder: 'function',
      pathForFile: 'function',
      revealInFolder: 'function',
    });
    expect(seen.node).toEqual([]);
  });

  it('runs sandboxed and apart from the page', async () => {
    const preferences = await shell.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0].webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>;
      };
      const { contextIsolation, sandbox, nodeIntegration, webviewTag } = contents.getLastWebPreferences();
      return {
        contextIsolation,
        sandbox,
        nodeIntegration: Boolean(nodeIntegration),
        webviewTag: Boolean(webviewTag),
      };
    });
    expect(preferences).toEqual({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
    });
  });

  it('keeps to its content security policy', async () => {
    const outcome = await page.evaluate(async () => {
      const violations: string[] = [];
      document.addEventListener('securitypolicyviolation', (event) =>
        violations.push(event.effectiveDirective),
      );
      const inline = document.createElement('script');
      inline.textContent = 'globalThis.inlineRan = true';
      document.head.append(inline);
      const outside = await fetch('https://example.com/').then(
        () => 'reached',
        () => 'refused',
      );
      // In a timer: what the test itself evaluates is let through by the debugger.
      const evaluated = await new Promise((resolve) => {
        setTimeout(() => {
          try {
            (0, eval)('1');
            resolve('ran');
          } catch {
            resolve('refused');
          }
        });
      });
      await new Promise((resolve) => setTimeout(resolve, 200));
      const ran = 'inlineRan' in globalThis;
      return { outside, evaluated, ran, violations };
    });
    expect(outcome).toMatchObject({ outside: 'refused', evaluated: 'refused', ran: false });
    expect(outcome.violations).toEqual(expect.arrayContaining(['connect-src', 'script-src-elem']));
  });

  it('neither navigates away nor opens windows, and grants no permission', async () => {
    const opened = await page.evaluate(() => window.open('https://example.com/') === null);
    expect(opened).toBe(true);
    await page.evaluate(() => {
      location.href = 'https://example.com/';
    });
    await page.waitForTimeout(500);
    expect(page.url()).toMatch(/^app:\/\/concord\//);
    const permission = await page.evaluate(
      async () => (await navigator.permissions.query({ name: 'geolocation' })).state,
    );
    expect(permission).toBe('denied');
    expect(shell.windows()).toHaveLength(1);
  });

  it('goes to a page from the menu without loading anew', async () => {
    await page.evaluate(() => Object.assign(globalThis, { stillHere: true }));
    await shell.evaluate(({ Menu }) => {
      const file = Menu.getApplicationMenu()!.items.find((item) => item.label === 'File')!;
      file.submenu!.items[0].click();
    });
    await page.waitForURL(/#\/new$/);
    expect(await page.evaluate(() => 'stillHere' in globalThis)).toBe(true);
    await page.screenshot({ path: join(artefacts, 'new-study.png') });
  });
});
