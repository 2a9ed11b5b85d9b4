// Questions of the protocol in the reading room, before the first stroke and at the seal, and the first draft.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../build/checks/browsers.ts';
import type { Form } from '../../electron/contract/forms.ts';
import type { WorklistItem } from '../../electron/contract/reads.ts';
import { makePhantom, writeNifti } from '../../electron/imaging/index.ts';
import { startBrowserHost, type BrowserHost } from '../../electron/serve.ts';
import { studyOnHost, type StudyOnHost } from '../fixtures/study-on-host.ts';

const executablePath = findChromium();
const title = executablePath ? 'questions' : 'SKIPPED: no Chromium on this machine (questions)';

const PROTOCOL = {
  rounds: [{ name: 'Round 1', arm: 'after-draft', washoutDays: 0 }],
  questions: [
    { text: 'Image quality', scale: 'ordinal', levels: ['poor', 'good'], scope: 'case', moment: 'before' },
    { text: 'Confidence', scale: 'ordinal', levels: ['low', 'high'], scope: 'structure', moment: 'after' },
    {
      text: 'Duct diameter',
      scale: 'interval',
      maximum: 30,
      unit: 'mm',
      scope: 'case',
      moment: 'after',
      required: false,
    },
  ],
};

describe.skipIf(!executablePath)(title, () => {
  let folder: string;
  let host: BrowserHost;
  let browser: Browser;
  let study: StudyOnHost;
  let page: Page;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'concord-questions-'));
    const image = join(folder, 'ct.nii.gz');
    const { volume } = makePhantom(101, { shape: [64, 64, 24], spacing: [5, 5, 8] });
    await writeNifti(image, { grid: volume.grid, voxels: volume.voxels });
    host = await startBrowserHost({ home: join(folder, 'home') });
    study = await studyOnHost(host, image, { Pancreas: 1, Liver: 2 }, PROTOCOL);
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--no-sandbox'],
    });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.addInitScript(
      ({ id, reader }) => sessionStorage.setItem('concord.sign-ins', JSON.stringify({ [id]: reader })),
      { id: study.id, reader: study.reader },
    );
    await page.goto(`${host.address}#/study/${study.id}/worklist`);
    await page.locator('section[aria-labelledby=due] li button').first().click();
    await page.locator('[data-plane=axial] canvas').first().waitFor();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await host?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('asks before the first stroke, lets the picture be looked at first, and then lets the hand draw', async () => {
    const dialog = page.getByRole('dialog', { name: 'Before you draw' });
    await dialog.waitFor();
    await dialog.getByRole('button', { name: 'Look at the picture first' }).click();
    await page.getByText('The protocol asks a question before the first stroke.').waitFor();
    await page.getByRole('button', { name: 'Answer', exact: true }).click();
    await dialog.getByText('good', { exact: true }).click();
    await dialog.getByRole('button', { name: 'Start drawing' }).click();
    const box = (await page.locator('[data-plane=axial]').first().boundingBox())!;
    await page.keyboard.press('b');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 40, box.y + box.height / 2, { steps: 5 });
    await page.mouse.up();
    await page.locator('[data-testid=save-state][data-state=saved]').waitFor();
  }, 60_000);

  it('seals with every required answer and the first draft, and keeps what was answered', async () => {
    await page.getByRole('button', { name: 'Seal read…' }).click();
    const dialog = page.getByRole('dialog', { name: /^Seal/ });
    expect(await dialog.getByRole('button', { name: '2 to answer' }).isDisabled()).toBe(true);
    for (const structure of ['Pancreas', 'Liver']) {
      const asked = dialog.getByRole('group', { name: `${structure}: Confidence` });
      await asked.getByText('high', { exact: true }).click();
      await asked.getByText('answered').waitFor();
    }
    await dialog.getByLabel('Duct diameter').fill('31');
    await page.keyboard.press('Tab');
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('Duct diameter').fill('3.5');
    await page.keyboard.press('Tab');
    await dialog.getByRole('alert').waitFor({ state: 'detached' });
    expect(await dialog.getByRole('button', { name: 'Seal read' }).isDisabled()).toBe(true);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    const keep = page.getByRole('button', { name: 'Keep as first draft' });
    if (!(await keep.isVisible())) await page.keyboard.press('.');
    await keep.click();
    await page.getByRole('button', { name: 'Make an AI mask' }).waitFor();
    await page.getByRole('button', { name: 'Seal read…' }).click();
    await dialog.getByRole('button', { name: 'Seal read' }).click();
    await page.getByText('Case 1 is sealed.').waitFor();
    const [item] = await study.call<WorklistItem[]>(
      'GET',
      `/studies/${study.id}/worklist`,
      undefined,
      study.reader,
    );
    const path = `/studies/${study.id}/reads/${item.readId}/form`;
    const { answers, missing } = await study.call<Form>('GET', path, undefined, study.reader);
    expect(missing).toEqual([]);
    expect(answers.map(({ label, value }) => `${label} ${value}`).sort()).toEqual([
      '0 3.5',
      '0 good',
      '1 high',
      '2 high',
    ]);
  }, 60_000);
});
