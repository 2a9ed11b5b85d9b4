// The desktop window in a real Electron, before a backend in Node: the shell, and the same page as in the browser.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ElectronApplication, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findElectron } from '../../build/checks/browsers.ts';
import type { ConcordDesktop } from '../../electron/contract/desktop.ts';
import { makePhantom, PHANTOM_LABELS, writeNifti } from '../../electron/imaging/index.ts';
import { PASSPHRASE, studyOnHost, type StudyOnHost } from '../fixtures/study-on-host.ts';
import { openDisplay, type Display } from './support/display.ts';
import { openWindow, type DesktopWindow } from './support/window.ts';

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
  let desktop: DesktopWindow;
  let shell: ElectronApplication;
  let page: Page;

  beforeAll(async () => {
    mkdirSync(artefacts, { recursive: true });
    desktop = await openWindow({ executablePath: join(folder!, binary), args: [root], display: display! });
    ({ shell, page } = desktop);
  });
  afterAll(async () => {
    await desktop?.close();
    display?.close();
  });

  it('shows the page by its own protocol, not from a port', async () => {
    expect(page.url()).toMatch(/^app:\/\/concord\/index\.html/);
    expect(await page.title()).toContain('Concord');
    await page.getByRole('button', { name: 'New study' }).waitFor({ timeout: 30_000 });
    await page.screenshot({ path: join(artefacts, 'start.png') });
    expect(desktop.complaints).toEqual([]);
  });

  it('answers the page’s API through the window, and streams', async () => {
    const host = await page.evaluate(async () => (await fetch('/api/host')).json() as Promise<unknown>);
    expect(host).toMatchObject({ name: 'Concord' });
    const status = await page.evaluate(async () => (await fetch('/api/nothing')).status);
    expect(status).toBe(404);
  });

  it('gives the page the five calls of the bridge and no Node', async () => {
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
      savePdf: 'function',
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

  it('prints a page as a PDF where the person says, runs nothing in it, and says so when it cannot', async () => {
    const target = join(artefacts, 'printed.pdf');
    rmSync(target, { force: true });
    const answers = (filePath: string) =>
      shell.evaluate(({ dialog }, path) => {
        dialog.showSaveDialog = () => Promise.resolve({ canceled: path === '', filePath: path });
      }, filePath);
    const print = (html: string) =>
      page.evaluate(
        (text) =>
          (globalThis as unknown as { concordDesktop: ConcordDesktop }).concordDesktop.savePdf(
            text,
            'A/B report',
          ),
        html,
      );
    await answers(target);
    const html = '<!doctype html><title>R</title><h1>Report</h1><script>document.title = "ran"</script>';
    expect(await print(html)).toEqual({ path: target, problem: null });
    const pdf = readFileSync(target);
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.length).toBeGreaterThan(1000);
    expect(pdf.toString('latin1')).not.toContain('(ran)');
    await answers('');
    expect(await print(html)).toEqual({ path: null, problem: null });
    await answers(join(artefacts, 'nowhere', 'x.pdf'));
    expect(await print(html)).toMatchObject({ path: null, problem: expect.stringMatching(/\.$/) as string });
    expect(await shell.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  }, 60_000);

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

  describe('a read', () => {
    const workshop = mkdtempSync(join(tmpdir(), 'concord-window-case-'));
    let study: StudyOnHost;

    beforeAll(async () => {
      const { volume } = makePhantom(3, { shape: [128, 128, 40], spacing: [3, 3, 5] });
      const image = join(workshop, 'phantom.nii.gz');
      await writeNifti(image, { grid: volume.grid, voxels: volume.voxels });
      const { liver, spleen } = PHANTOM_LABELS;
      study = await studyOnHost(desktop.host, image, { Liver: liver, Spleen: spleen });
    });
    afterAll(() => rmSync(workshop, { recursive: true, force: true }));

    const saved = () => page.locator('[data-testid=save-state][data-state=saved]').waitFor();
    const axial = () => page.locator('[aria-label^="Axial view"]').first();
    const millilitres = async () =>
      Number.parseFloat((await page.locator('[data-testid=volume-ml]').first().textContent()) ?? '0');

    /** A stroke of the brush across the axial view, with the pointer itself. */
    async function stroke(part: number): Promise<void> {
      const box = (await axial().boundingBox())!;
      const y = box.y + box.height * part;
      await page.mouse.move(box.x + box.width * 0.4, y);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.6, y, { steps: 8 });
      await page.mouse.up();
    }

    it('is signed in to, opened and drawn on', async () => {
      await page.evaluate((id) => {
        location.hash = `#/study/${id}/sign-in`;
      }, study.id);
      await page.getByRole('radio', { name: /Reader/ }).check({ force: true });
      await page.getByLabel('Passphrase').fill(PASSPHRASE);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.locator('section[aria-labelledby=due] li button').first().click();
      await axial().waitFor({ timeout: 30_000 });
      await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
      await page.keyboard.press('b');
      await stroke(0.45);
      await saved();
      expect(await millilitres()).toBeGreaterThan(0);
      await page.screenshot({ path: join(artefacts, 'stroke.png') });
    });

    it('takes a stroke back, and keeps the rest over a reload', async () => {
      const first = await millilitres();
      await stroke(0.6);
      await saved();
      expect(await millilitres()).toBeGreaterThan(first);
      await page.keyboard.press('Control+z');
      await saved();
      await expect.poll(millilitres).toBe(first);
      await page.reload();
      await axial().waitFor({ timeout: 30_000 });
      await expect.poll(millilitres, { timeout: 15_000 }).toBe(first);
    });

    it('is sealed, and leaves the worklist', async () => {
      await page.getByRole('button', { name: 'Seal read…' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: /^Seal/ }).click();
      await page.waitForURL(/\/worklist$/, { timeout: 30_000 });
      await page.locator('section[aria-labelledby=sealed] li').first().waitFor();
      const items = await study.call<{ state: string }[]>(
        'GET',
        `/studies/${study.id}/worklist`,
        undefined,
        study.reader,
      );
      expect(items.map((item) => item.state)).toEqual(['sealed']);
      await page.screenshot({ path: join(artefacts, 'sealed.png') });
      expect(desktop.complaints).toEqual([]);
    });
  });
});
