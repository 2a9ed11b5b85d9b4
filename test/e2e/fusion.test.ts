// A second volume over the picture under real hands: linked by the coordinator, chosen by the reader, its pixels measured.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../build/checks/browsers.ts';
import type { Grid, Triple } from '../../electron/contract/geometry.ts';
import { makePhantom, writeNifti } from '../../electron/imaging/index.ts';
import { startBrowserHost, type BrowserHost } from '../../electron/serve.ts';
import { studyOnHost, type StudyOnHost } from '../fixtures/study-on-host.ts';

const executablePath = findChromium();
const title = executablePath ? 'a second volume' : 'SKIPPED: no Chromium on this machine (a second volume)';

describe.skipIf(!executablePath)(title, () => {
  let folder: string;
  let host: BrowserHost;
  let browser: Browser;
  let study: StudyOnHost;
  let page: Page;
  let second: string;

  /** Another tab signed in as somebody. */
  async function open(token: string, path: string): Promise<Page> {
    const tab = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await tab.addInitScript(
      ({ id, bearer }) => sessionStorage.setItem('concord.sign-ins', JSON.stringify({ [id]: bearer })),
      { id: study.id, bearer: token },
    );
    await tab.goto(`${host.address}#/study/${study.id}/${path}`);
    return tab;
  }
  /** Mean red, green, blue of a square around a place of the axial picture, in shares of the view. */
  const colourAt = (x: number, y: number) =>
    page.evaluate(
      ([across, down]) => {
        const canvas = document.querySelector<HTMLCanvasElement>('[data-plane=axial] canvas')!;
        const [px, py] = [Math.round(canvas.width * across), Math.round(canvas.height * down)];
        const { data } = canvas.getContext('2d')!.getImageData(px - 2, py - 2, 5, 5);
        const sums = [0, 0, 0];
        for (let n = 0; n < data.length; n++) if (n % 4 < 3) sums[n % 4] += data[n];
        return sums.map((sum) => sum / 25);
      },
      [x, y] as const,
    );
  const choose = (label: string, option: string) =>
    page.getByRole('combobox', { name: label, exact: true }).selectOption({ label: option });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'concord-fusion-'));
    const image = join(folder, 'ct.nii.gz');
    const { volume } = makePhantom(101, { shape: [64, 64, 24], spacing: [5, 5, 8] });
    await writeNifti(image, { grid: volume.grid, voxels: volume.voxels });
    // Coarser, and the same everywhere but for its right half: which side is brighter says where it lies.
    const grid: Grid = {
      ...volume.grid,
      shape: [32, 32, 24],
      spacing: [10, 10, 8],
      origin: volume.grid.origin.map(
        (mm, axis) => mm + (axis < 2 ? 2.5 * volume.grid.direction[4 * axis] : 0),
      ) as Triple,
    };
    const towardsLeft = grid.direction[0] > 0;
    const voxels = Int16Array.from({ length: 32 * 32 * 24 }, (_, n) => {
      // Its lowest slice is dark: the window starts there.
      if (n < 32 * 32) return 100;
      return n % 32 < 16 === towardsLeft ? 900 : 500;
    });
    second = join(folder, 'JONES_arterial.nii.gz');
    await writeNifti(second, { grid, voxels });
    host = await startBrowserHost({ home: join(folder, 'home') });
    study = await studyOnHost(host, image, { Liver: 2 });
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--no-sandbox'],
    });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await host?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('the coordinator links it on the case, under a name that tells nobody', async () => {
    const tab = await open(study.coordinator, 'cases');
    await tab.getByRole('button', { name: 'Phantom', exact: true }).click();
    const dialog = tab.getByRole('dialog');
    await dialog.locator('input[type=file]').first().setInputFiles(second);
    await dialog.getByLabel('Name').fill('Arterial phase');
    await dialog.getByRole('button', { name: 'Link volume' }).click();
    await dialog.getByText('32 × 32 × 24 voxels').waitFor();
    await dialog.locator('input[type=file]').first().setInputFiles(second);
    await dialog.getByLabel('Name').fill('Again');
    await dialog.getByRole('button', { name: 'Link volume' }).click();
    await dialog.getByText('linked to this case already').waitFor();
    await tab.close();
  }, 60_000);

  it('over the picture it lies where the patient is: the bright half on the patient’s right, at the left of the screen', async () => {
    page = await open(study.reader, 'worklist');
    await page.locator('section[aria-labelledby=due] li button').first().click();
    await page.locator('[data-plane=axial] canvas').first().waitFor();
    expect(await page.locator('body').innerText()).not.toContain('JONES');
    await choose('Second volume', 'Arterial phase');
    await page.getByLabel('Strength').fill('1');
    await expect.poll(async () => (await colourAt(0.35, 0.5))[0]).toBeGreaterThan(200);
    const [left, right] = [await colourAt(0.35, 0.5), await colourAt(0.65, 0.5)];
    expect(left[0]).toBeGreaterThan(right[0] + 100);
    expect(left[0]).toBe(left[2]);
    expect(await page.locator('[data-plane=axial]').innerText()).toContain('Arterial phase');
  }, 60_000);

  it('by half the picture shows through; hot colours are no grey; held alone, and taken away', async () => {
    await page.getByLabel('Strength').fill('0.5');
    await expect.poll(async () => (await colourAt(0.35, 0.5))[0]).toBeLessThan(250);
    await page.getByText('Hot', { exact: true }).click();
    await expect
      .poll(async () => new Set((await colourAt(0.65, 0.5)).map(Math.round)).size)
      .toBeGreaterThan(1);
    await page.locator('[data-plane=axial]').first().focus();
    await page.keyboard.down('Shift');
    await page.keyboard.down('V');
    await expect.poll(() => page.locator('[data-plane=axial]').first().innerText()).not.toMatch(/50 %/);
    await page.keyboard.up('V');
    await page.keyboard.up('Shift');
    await expect
      .poll(() => page.locator('[data-plane=axial]').first().innerText())
      .toMatch(/Arterial phase 50 %/);
    await page.keyboard.press('Alt+V');
    await expect.poll(() => page.locator('[data-plane=axial]').first().innerText()).not.toMatch(/Arterial/);
    await expect.poll(async () => new Set(await colourAt(0.5, 0.5)).size).toBe(1);
  }, 60_000);

  it('side by side: the picture on the left, the second volume alone on the right, one crosshair', async () => {
    await choose('Second volume', 'Arterial phase');
    await page.getByText('1 | 1').click();
    const views = page.locator('[data-plane=axial]');
    await expect.poll(() => views.count()).toBe(2);
    expect(await views.nth(0).innerText()).not.toContain('Arterial');
    expect(await views.nth(1).innerText()).toContain('Arterial phase');
    const before = await views.nth(1).getAttribute('data-slice');
    await views.nth(0).hover();
    await page.mouse.wheel(0, 120);
    await expect.poll(() => views.nth(1).getAttribute('data-slice')).not.toBe(before);
  });

  it('after a reload it lies there as it did: strength, colours and window', async () => {
    await page.getByText('1 + 3', { exact: true }).click();
    const views = page.locator('[data-plane=axial]');
    await page.getByLabel('Strength').fill('0.8');
    await page.getByText('Cool', { exact: true }).click();
    await expect.poll(() => views.first().innerText()).toMatch(/Arterial phase 80 %/);
    const cool = await colourAt(0.35, 0.5);
    // A window that nobody would come upon by default.
    const sent = (wanted: (second: { width: number } | null) => boolean) =>
      page.waitForResponse((answer) => {
        if (answer.request().method() !== 'POST' || !answer.url().endsWith('/view')) return false;
        const { second } = answer.request().postDataJSON() as { second: { width: number } | null };
        return answer.ok() && wanted(second);
      });
    const { url, body } = await sent((second) => second !== null).then((answer) => ({
      url: answer.url(),
      body: answer.request().postDataJSON() as { second: object },
    }));
    const headers = {
      'x-concord-token': host.token,
      authorization: `Bearer ${study.reader}`,
      'content-type': 'application/json',
    };
    expect(body.second).toMatchObject({ opacity: 0.8, colours: 'cool' });
    await page.goto('about:blank');
    const changed = { ...body, second: { ...body.second, width: 4321, level: 900 } };
    const stored = await fetch(url, { method: 'POST', headers, body: JSON.stringify(changed) });
    expect(stored.status).toBe(204);
    await page.goBack();
    await expect.poll(() => views.first().innerText(), { timeout: 20_000 }).toMatch(/Arterial phase 80 %/);
    expect(await page.getByRole('radio', { name: 'Cool' }).isChecked()).toBe(true);
    await expect.poll(async () => (await colourAt(0.35, 0.5))[2]).toBeLessThan(cool[2] - 40);
    await page.keyboard.press('Control+ArrowRight');
    const again = (await (await fetch(url, { headers })).json()) as { second: { width: number } };
    expect(again.second.width).toBe(4321);
  }, 60_000);

  it('the oblique plane has it over the picture too', async () => {
    await page.keyboard.press('Alt+o');
    await page.getByLabel('Strength').fill('1');
    await page.getByText('Grey', { exact: true }).click();
    const at = (x: number) =>
      page.evaluate((across) => {
        const canvas = document.querySelector<HTMLCanvasElement>('[data-oblique] canvas')!;
        const [px, py] = [Math.round(canvas.width * across), Math.round(canvas.height / 2) + 20];
        return canvas.getContext('2d')!.getImageData(px, py, 1, 1).data[0];
      }, x);
    // 900 on the patient's right and 500 on the left, through a window of 4321: 24 of 255 shades apart.
    await expect.poll(async () => Math.abs((await at(0.4)) - (await at(0.6)) - 24)).toBeLessThan(3);
  }, 60_000);
});
