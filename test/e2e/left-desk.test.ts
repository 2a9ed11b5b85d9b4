// A desk that was left: the idle lock ends the sign-in of a page. The lock's clock is set forward; the rest is real.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findChromium } from '../../build/checks/browsers.ts';
import { IDLE_LOCK_MINUTES } from '../../electron/contract/design.ts';
import { makePhantom, writeNifti } from '../../electron/imaging/index.ts';
import { startBrowserHost, type BrowserHost } from '../../electron/serve.ts';
import { PASSPHRASE, studyOnHost, type StudyOnHost } from '../fixtures/study-on-host.ts';

const shots = fileURLToPath(new URL('../../out/test/screenshots', import.meta.url));
const executablePath = findChromium();
const title = executablePath ? 'a desk that was left' : 'SKIPPED: no Chromium on this machine (left desks)';
/** Pages ask every half a minute whether their sign-in still holds; a busy machine takes its time. */
const NOTICED = { timeout: 60_000 };

describe.skipIf(!executablePath)(title, () => {
  let folder: string;
  let host: BrowserHost;
  let browser: Browser;
  let study: StudyOnHost;
  let page: Page;
  let minutesAway = 0;
  const complaints: string[] = [];
  const leaveTheDesk = () => (minutesAway += IDLE_LOCK_MINUTES + 1);

  beforeAll(async () => {
    mkdirSync(shots, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'concord-left-desk-'));
    const monotonic = () => performance.now() + minutesAway * 60_000;
    host = await startBrowserHost({ home: join(folder, 'home'), monotonic });
    const { volume } = makePhantom(5, { shape: [64, 64, 20], spacing: [5, 5, 8] });
    const image = join(folder, 'Phantom.nii.gz');
    await writeNifti(image, { grid: volume.grid, voxels: volume.voxels });
    study = await studyOnHost(host, image, { liver: 2, spleen: 3 });
    const args = ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
    browser = await chromium.launch({ executablePath: executablePath!, args });
  });
  afterAll(async () => {
    await browser?.close();
    await host?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(host.address);
    await page.goto(`${host.origin}/#/study/${study.id}/sign-in`);
  });
  afterEach(async () => {
    await page.context().close();
    expect(complaints.splice(0)).toEqual([]);
  });

  const words = () =>
    page.getByText(`signed out after ${IDLE_LOCK_MINUTES} minutes in which nothing was done here`);
  const passphrase = () => page.locator('input[type=password]');
  async function signIn(): Promise<void> {
    await page.getByText('Reader', { exact: true }).first().click();
    await passphrase().fill(PASSPHRASE);
    await page.keyboard.press('Enter');
    await page.getByText('Due now').first().waitFor();
  }

  it('is told at the sign-in, after a reload too, and not again once somebody signed in', async () => {
    await passphrase().waitFor();
    expect(await words().count()).toBe(0);
    await signIn();
    leaveTheDesk();
    await passphrase().waitFor(NOTICED);
    await words().waitFor();
    await page.reload();
    await passphrase().waitFor();
    await words().waitFor();
    await signIn();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await passphrase().waitFor();
    expect(await words().count()).toBe(0);
    await page.reload();
    await passphrase().waitFor();
    expect(await words().count()).toBe(0);
  });

  it('is told to a page that is loaded when the lock has come already', async () => {
    await signIn();
    leaveTheDesk();
    await page.reload();
    await passphrase().waitFor();
    await words().waitFor();
    expect(await words().count()).toBe(1);
  });

  const desk = () => page.locator('[data-plane=axial]');
  const dialog = () => page.getByRole('dialog', { name: 'Sign in again, Reader' });
  const focused = () =>
    page.evaluate(() => {
      const element = document.activeElement!;
      return element.closest('dialog')?.textContent?.slice(0, 16) ?? element.ariaLabel ?? element.tagName;
    });
  /** What the desk looks like, but for the clocks that go on. */
  async function asLeft() {
    const view = (await desk().screenshot()).toString('base64');
    const tools = (await page.getByRole('toolbar', { name: 'Tools' }).screenshot()).toString('base64');
    const steps = await page.getByRole('region', { name: 'History' }).innerText();
    return { view, tools, steps, slice: await desk().getAttribute('data-slice'), focus: await focused() };
  }
  async function openRead(): Promise<void> {
    await signIn();
    await page.keyboard.press('n');
    await desk().waitFor();
    await page.waitForFunction(() => !document.body.innerText.includes('Loading the picture'));
    await page.locator('[data-testid=save-state][data-state=saved]').waitFor();
  }
  /** How many colours the page has outside the dialog. */
  async function coloursAround(box: { x: number; y: number; width: number; height: number }) {
    const picture = (await page.screenshot({ path: join(shots, 'left-desk.png') })).toString('base64');
    return page.evaluate(
      async ([base64, { x, y, width, height }]) => {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes]));
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
        context.drawImage(bitmap, 0, 0);
        // With the pixel that the dialog's edge shares with what is around it.
        context.clearRect(Math.floor(x) - 1, Math.floor(y) - 1, Math.ceil(width) + 3, Math.ceil(height) + 3);
        const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
        const found = new Set(new Uint32Array(data.buffer));
        found.delete(0);
        return found.size;
      },
      [picture, box] as const,
    );
  }

  it('covers an open read: nothing of it is seen, read out or reached, and it comes back as it was', async () => {
    await openRead();
    await page.getByRole('button', { name: 'History', exact: true }).click();
    await page.keyboard.press('b');
    const box = (await desk().boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 60, y + 20, { steps: 6 });
    await page.mouse.up();
    await page.locator('[data-testid=save-state][data-state=saved]').waitFor();
    await page.mouse.wheel(0, 300);
    await page.keyboard.press('e');
    await page.mouse.move(1, 899);
    await desk().focus();
    const before = await asLeft();
    expect(before.focus).toContain('xial');

    leaveTheDesk();
    await dialog().waitFor(NOTICED);
    await words().waitFor();
    const backdrop = await dialog().evaluate((element) => {
      const { backgroundColor, opacity } = getComputedStyle(element, '::backdrop');
      return { backgroundColor, opacity };
    });
    expect(backdrop).toEqual({ backgroundColor: 'rgb(14, 16, 19)', opacity: '1' });
    expect(await coloursAround((await dialog().boundingBox())!)).toBe(1);
    expect(await desk().isVisible(), 'not printed either').toBe(false);
    expect(await desk().evaluate((element) => element.closest('[inert]') !== null)).toBe(true);
    const reader = await page.context().newCDPSession(page);
    const { nodes } = await reader.send('Accessibility.getFullAXTree');
    const told = nodes.filter(({ ignored }) => !ignored).map(({ name }) => String(name?.value ?? ''));
    expect(told).toContain('Sign in again, Reader');
    expect(told.filter((name) => /liver|spleen|axial|Seal|Phantom|Case/i.test(name))).toEqual([]);

    for (const key of [
      'Escape',
      'Escape',
      'Escape',
      'Control+k',
      'Tab',
      '?',
      'Tab',
      'b',
      'Tab',
      'Control+k',
    ]) {
      await page.keyboard.press(key);
      expect(await page.getByRole('dialog').count(), key).toBe(1);
      expect(['Sign in again, R', 'BODY'], key).toContain(await focused());
    }
    await passphrase().fill('not it');
    await page.keyboard.press('Enter');
    await dialog().getByRole('alert').waitFor();
    expect(await desk().isVisible()).toBe(false);
    await passphrase().fill(PASSPHRASE);
    await page.keyboard.press('Enter');
    await dialog().waitFor({ state: 'detached' });
    await page.locator('[data-testid=save-state][data-state=saved]').waitFor();
    expect(await asLeft()).toEqual(before);
    await page.keyboard.press('Control+z');
    await page.locator('li.off').waitFor();
  });

  it('covers a dialog of the read as well, which is there again afterwards', async () => {
    await openRead();
    await page.getByRole('button', { name: 'Seal read…' }).click();
    const seal = page.getByRole('dialog', { name: /^Seal/ });
    await seal.waitFor();
    const before = await focused();
    leaveTheDesk();
    await dialog().waitFor(NOTICED);
    expect(await seal.isVisible()).toBe(false);
    expect(await coloursAround((await dialog().boundingBox())!)).toBe(1);
    await passphrase().fill(PASSPHRASE);
    await page.keyboard.press('Enter');
    await dialog().waitFor({ state: 'detached' });
    expect(await seal.isVisible()).toBe(true);
    expect(await focused()).toBe(before);
    await page.keyboard.press('Escape');
    await seal.waitFor({ state: 'detached' });
  });

  it('closes the palette, whose keys bring nothing before the sign-in', async () => {
    await openRead();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Find a command' }).waitFor();
    leaveTheDesk();
    await dialog().waitFor(NOTICED);
    await page.getByRole('button', { name: 'Leave the read' }).focus();
    for (const key of ['?', 'Control+k', '?']) {
      await page.keyboard.press(key);
      expect(await page.getByRole('dialog').count(), key).toBe(1);
    }
    await passphrase().fill(PASSPHRASE);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });
});
