// Starts Concord's desktop window before a backend in this process, on the machine's display or a virtual one.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { startBrowserHost, type BrowserHost } from '../../../electron/serve.ts';
import type { Display } from './display.ts';

export interface DesktopWindow {
  host: BrowserHost;
  shell: ElectronApplication;
  page: Page;
  /** What went wrong in the page without anyone catching it. */
  complaints: string[];
  close(): Promise<void>;
}

/** `args` come before Concord's own: the application's folder, where `executablePath` is a bare Electron. */
export async function openWindow(of: {
  executablePath: string;
  args?: string[];
  display: Display;
}): Promise<DesktopWindow> {
  const home = mkdtempSync(join(tmpdir(), 'concord-window-'));
  const host = await startBrowserHost({ home: join(home, 'concord') });
  const launch = () =>
    _electron.launch({
      executablePath: of.executablePath,
      args: [
        '--no-sandbox',
        ...(of.args ?? []),
        '--connect',
        host.address,
        `--user-data-dir=${mkdtempSync(join(home, 'profile-'))}`,
      ],
      env: { ...(process.env as Record<string, string>), DISPLAY: of.display.name },
      timeout: 40_000,
    });
  // On a busy machine the debugger's handshake with the window can miss its moment; that says nothing of Concord.
  const shell = await launch().catch(launch);
  const page = await shell.firstWindow({ timeout: 60_000 });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.waitForLoadState('load');
  return {
    host,
    shell,
    page,
    complaints,
    async close() {
      await shell.close();
      await host.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
