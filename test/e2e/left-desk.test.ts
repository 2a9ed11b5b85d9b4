// A desk that was left: the idle lock ends the sign-in of a page. The lock's clock is set forward; the rest is real.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findChromium } from '../../build/checks/browsers.ts';
import { IDLE_LOCK_MINUTES } from '../../electron/contract/design.ts';
import { makePhantom, writeNifti } from '../../electron/imaging/index.ts';
import { startBrowserHost, type BrowserHost } from '../../electron/serve.ts';
import { PASSPHRASE, studyOnHost, type StudyOnHost } from '../fixtures/study-on-host.ts';

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
    page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
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
});
