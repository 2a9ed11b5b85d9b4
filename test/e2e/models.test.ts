// The model library in the browser: a zip chosen, a folder dropped, a refusal, details, taking away; T1 against T2.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../build/checks/browsers.ts';
import { makePhantom, writeNifti } from '../../electron/imaging/index.ts';
import { startBrowserHost, type BrowserHost } from '../../electron/serve.ts';
import { studyOnHost, type StudyOnHost } from '../fixtures/study-on-host.ts';
import { writeZip } from '../fixtures/zip.ts';

const executablePath = findChromium();
const title = executablePath
  ? 'the model library'
  : 'SKIPPED: no Chromium on this machine (the model library)';
const MODEL = fileURLToPath(new URL('../../models/phantom-pansegnet', import.meta.url));

describe.skipIf(!executablePath)(title, () => {
  let folder: string;
  let host: BrowserHost;
  let browser: Browser;
  let page: Page;
  let study: StudyOnHost;

  /** The demonstrator’s files, its manifest changed: nothing there says what it was made for. */
  function files(): { name: string; bytes: Uint8Array }[] {
    return readdirSync(MODEL).map((name) => {
      const bytes = readFileSync(join(MODEL, name));
      if (name !== 'manifest.json') return { name, bytes };
      const manifest = JSON.parse(bytes.toString()) as object;
      return {
        name,
        bytes: Buffer.from(
          JSON.stringify({ ...manifest, name: 'Liver net', modality: null, ensemble: undefined }),
        ),
      };
    });
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'concord-models-'));
    const image = join(folder, 'case1_t2_haste.nii.gz');
    const { volume } = makePhantom(101, { shape: [64, 64, 24], spacing: [5, 5, 8] });
    // Without Hounsfield units nothing looks like CT.
    await writeNifti(image, { grid: volume.grid, voxels: volume.voxels.map((v) => Math.max(0, v + 200)) });
    const models = join(folder, 'no-models');
    mkdirSync(models);
    host = await startBrowserHost({ home: join(folder, 'home'), modelsFolder: models });
    study = await studyOnHost(host, image, { Liver: 2 }, { modality: 'MR' });
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--no-sandbox'],
    });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.addInitScript(
      ({ id, reader }) => sessionStorage.setItem('concord.sign-ins', JSON.stringify({ [id]: reader })),
      { id: study.id, reader: study.reader },
    );
    await page.goto(`${host.address}#/models`);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await host?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('a zip is chosen, told what it was made for, and added', async () => {
    await page.getByText('No model yet').waitFor();
    const zip = writeZip(
      join(folder, 'liver_T1.zip'),
      files().map(({ name, bytes }) => ({ name: `liver/${name}`, bytes })),
    );
    await page.getByRole('button', { name: 'Add a model…' }).click();
    await page.locator('input[accept=".zip"]').setInputFiles(zip);
    // Its name hints at the sequence; the person sees it.
    expect(await page.getByLabel('Made for').inputValue()).toBe('T1');
    await page.getByRole('button', { name: 'Add model', exact: true }).click();
    await page.getByRole('heading', { name: 'Liver net' }).waitFor({ timeout: 30_000 });
    expect(await page.locator('li').innerText()).toContain('MR T1');
    expect(readdirSync(join(folder, 'home', 'models'))).toEqual(['liver_T1']);
  }, 60_000);

  it('its details are shown', async () => {
    await page.getByRole('button', { name: 'Details of Liver net 1' }).click();
    const facts = page.locator('dl');
    await facts.waitFor();
    expect(await facts.innerText()).toMatch(/PanSegNet[\s\S]*410,184[\s\S]*40 × 48 × 48 voxels/);
  });

  it('a dropped folder that is no model is refused in words, and nothing stays', async () => {
    const chosen = join(folder, 'holiday');
    mkdirSync(chosen);
    writeFileSync(join(chosen, 'beach.txt'), 'sand');
    await page.getByRole('button', { name: 'Add a model…' }).click();
    await page.locator('input[webkitdirectory]').setInputFiles(chosen);
    await page.getByRole('button', { name: 'Add model', exact: true }).click();
    const notice = page.getByText('holiday was not added');
    await notice.waitFor({ timeout: 30_000 });
    expect(await page.locator('main').innerText()).toMatch(/holds no model of nnU-Net or PanSegNet/);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await notice.waitFor({ state: 'detached' });
    expect(readdirSync(join(folder, 'home', 'models'))).toEqual(['liver_T1']);
  }, 60_000);

  it('a T1 model on a T2 scan has to be confirmed', async () => {
    await page.goto(`${host.address}#/study/${study.id}/worklist`);
    await page.locator('section[aria-labelledby=due] li button').first().click();
    await page.locator('[data-plane=axial] canvas').first().waitFor();
    const start = page.getByRole('button', { name: 'Make an AI mask' });
    await page.getByRole('button', { name: 'AI mask', exact: true }).click();
    await page.getByText('was made for MR T1; this is MR T2').waitFor();
    expect(await start.isDisabled()).toBe(true);
    await page.getByLabel('Run it anyway').check();
    await expect.poll(() => start.isEnabled()).toBe(true);
    await start.click();
    await page.getByText('Run after a warning: Liver net was made for MR T1').waitFor({ timeout: 60_000 });
    expect(await page.locator('.outcome').innerText()).toMatch(/One network, no mirroring, tiles share 50 %/);
  }, 90_000);

  it('it is taken away after a question', async () => {
    await page.goto(`${host.address}#/models`);
    await page.getByRole('button', { name: 'Remove Liver net 1' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove model' }).click();
    await page.getByText('No model yet').waitFor();
    expect(readdirSync(join(folder, 'home', 'models'))).toEqual([]);
  });
});
