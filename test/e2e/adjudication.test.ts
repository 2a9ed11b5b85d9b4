// Adjudication under a real pointer and real keys: to the next region, over from B, a stroke, undo, seal; and the sealed
// mask against what the test works out from the reads.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../build/checks/browsers.ts';
import type { Consensus, Outcome } from '../../electron/contract/adjudication.ts';
import type { Grid, Triple } from '../../electron/contract/geometry.ts';
import { decodeMask } from '../../electron/contract/mask-bytes.ts';
import type { StudyFace } from '../../electron/contract/study.ts';
import { writeNifti } from '../../electron/imaging/index.ts';
import { startBrowserHost, type BrowserHost } from '../../electron/serve.ts';
import { place, voxelToView } from '../../renderer/viewer/slice-geometry.ts';
import { auditFocus, auditPage } from './support/page-audit.ts';
import { studyOnHost, type StudyOnHost } from '../fixtures/study-on-host.ts';

const executablePath = findChromium();
const title = executablePath ? 'adjudication' : 'SKIPPED: no Chromium on this machine (adjudication)';
const shots = join(fileURLToPath(new URL('../..', import.meta.url)), 'out', 'test', 'screenshots');

const SHAPE: Triple = [64, 60, 24];
const GRID: Grid = {
  shape: SHAPE,
  spacing: [2, 2, 4],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const COUNT = SHAPE[0] * SHAPE[1] * SHAPE[2];
const at = ([i, j, k]: Readonly<Triple>) => i + SHAPE[0] * (j + SHAPE[1] * k);
type Box = [Triple, Triple];
const drawn = (...boxes: Box[]) => {
  const labels = new Uint8Array(COUNT);
  for (const [[i0, j0, k0], [i1, j1, k1]] of boxes)
    for (let k = k0; k <= k1; k++)
      for (let j = j0; j <= j1; j++) for (let i = i0; i <= i1; i++) labels[at([i, j, k])] = 1;
  return labels;
};
/** Both have a block; A's reaches four columns further (924 voxels), B has another one of its own (500). */
const A = drawn([
  [10, 10, 5],
  [30, 30, 15],
]);
const B = drawn([[14, 10, 5], [30, 30, 15]], [[40, 40, 8], [49, 49, 12]]); // prettier-ignore

describe.skipIf(!executablePath)(title, () => {
  let folder: string;
  let host: BrowserHost;
  let browser: Browser;
  let study: StudyOnHost;
  let page: Page;

  beforeAll(async () => {
    mkdirSync(shots, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'concord-adjudication-'));
    const image = join(folder, 'ct.nii.gz');
    await writeNifti(image, {
      grid: GRID,
      voxels: Int16Array.from({ length: COUNT }, (_, n) => (n % 64) * 5 - 100),
    });
    host = await startBrowserHost({ home: join(folder, 'home') });
    const readers = ['Ada', 'Ben'].map((name) => ({ name, passphrase: 'open sesame' }));
    study = await studyOnHost(host, image, { Liver: 1, Spleen: 2 }, { readers });
    const { people } = await study.call<StudyFace>('GET', `/studies/${study.id}`);
    const path = (rest: string) => `/studies/${study.id}${rest}`;
    const [{ id: caseId }] = await study.call<{ id: string }[]>(
      'GET',
      path('/cases'),
      undefined,
      study.coordinator,
    );
    for (const [name, labels] of Object.entries({ Ada: A, Ben: B })) {
      const file = join(folder, `${name}.nii.gz`);
      await writeNifti(file, { grid: GRID, voxels: labels });
      const personId = people.find((person) => person.name === name)!.id;
      await study.call(
        'POST',
        path('/imports/mask'),
        { path: file, personId, round: 1, caseId },
        study.coordinator,
      );
    }
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--no-sandbox'],
    });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.addInitScript(
      ({ id, token }) => sessionStorage.setItem('concord.sign-ins', JSON.stringify({ [id]: token })),
      { id: study.id, token: study.coordinator },
    );
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await host?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const get = <T>(path: string) =>
    study.call<T>('GET', `/studies/${study.id}${path}`, undefined, study.coordinator);
  const consensusMask = async (id: string) => {
    const answer = await fetch(`${host.origin}/api/studies/${study.id}/consensus/${id}/mask`, {
      headers: { 'x-concord-token': host.token, authorization: `Bearer ${study.coordinator}` },
    });
    return decodeMask(new Uint8Array(await answer.arrayBuffer()), COUNT);
  };
  const view = (cell: string) => page.locator(`[data-cell=${cell}] [data-view]`);
  const saved = () => page.locator('[data-testid=save-state][data-state=saved]').waitFor();
  /** Where a voxel of the slice that shows is on the screen. */
  async function onScreen(cell: string, voxel: Triple) {
    const box = (await view(cell).boundingBox())!;
    const placement = place(GRID, 'axial', {
      width: box.width,
      height: box.height,
      zoom: 1,
      pan: { x: 0, y: 0 },
    });
    const { x, y } = voxelToView(GRID, 'axial', placement, voxel);
    return { x: box.x + x, y: box.y + y };
  }

  it('is begun from the list of cases, walked region by region, and taken over with undo', async () => {
    await page.goto(`${host.address}#/study/${study.id}/adjudication`);
    await page.getByRole('button', { name: 'Adjudicate', exact: true }).click();
    await page.getByRole('button', { name: 'Start the consensus' }).click();
    await page.getByTestId('disagreement-strip').waitFor({ timeout: 60_000 });
    const [started] = await get<Consensus[]>('/consensus');
    expect(started.inputs.map(({ name }) => name)).toEqual(['Ada', 'Ben']);
    // Two readers against each other are a tie: background.
    const vote = A.map((label, n) => (B[n] === label ? label : 0));
    expect(await consensusMask(started.id)).toEqual(vote);

    const regions = page.getByRole('list', { name: 'Regions of disagreement' }).getByRole('button');
    expect(await regions.count()).toBe(2);
    expect(await regions.first().innerText()).toMatch(/14\.8 mL/); // 924 × 16 mm³
    await page.keyboard.press('n');
    expect(await regions.nth(1).getAttribute('aria-pressed')).toBe('true');
    expect(await view('consensus').getAttribute('data-slice')).toBe('8');
    for (const cell of await page.locator('[data-cell] [data-view]').all()) {
      expect(await cell.getAttribute('data-slice')).toBe('8');
    }
    await page.keyboard.press('Alt+Shift+B');
    await regions.nth(1).getByText('as B').waitFor();
    await saved();
    expect(await consensusMask(started.id)).toEqual(vote.map((label, n) => (A[n] === 0 ? B[n] : label)));
    await page.keyboard.press('Control+z');
    await regions.nth(1).getByText('as A').waitFor();
    await saved();
    expect(await consensusMask(started.id)).toEqual(vote);
    await page.keyboard.press('Control+Shift+z');
    await regions.nth(1).getByText('as B').waitFor();
  }, 90_000);

  it('fits every window, named and reachable by keys', async () => {
    const flaws: string[] = [];
    for (const [width, height] of [
      [1280, 800],
      [1440, 900],
      [1152, 720],
      [960, 600],
      [720, 450],
    ]) {
      // prettier-ignore
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(200);
      const found = await auditPage(page, { thorough: width === 1280 });
      if (width === 1280) found.push(...(await auditFocus(page)));
      flaws.push(...found.map((flaw) => `${width}: ${flaw}`));
      await page.screenshot({ path: join(shots, `adjudication-${width}.png`) });
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.waitForTimeout(200);
    expect(flaws).toEqual([]);
  }, 90_000);

  it('is drawn on with the brush, sealed, and equals what was done; the reads stay', async () => {
    const [consensus] = await get<Consensus[]>('/consensus');
    const size = page.getByRole('slider', { name: /Size/ }).first();
    await size.waitFor();
    await page.keyboard.press('b');
    // From voxel (36, 20) to (46, 20) of slice 9, in the consensus' own view.
    const [from, to] = [await onScreen('consensus', [36, 20, 8]), await onScreen('consensus', [46, 20, 8])];
    const before = await consensusMask(consensus.id);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 12 });
    await page.mouse.up();
    await saved();
    await page.screenshot({ path: join(shots, 'adjudication.png') });
    await page.keyboard.press('Control+Enter');
    const dialog = page.getByRole('dialog', { name: 'Seal the consensus' });
    await dialog.getByText('1 step taken over, 1 change by hand').waitFor();
    await dialog.getByRole('button', { name: 'Seal the consensus' }).click();
    await page.getByText('The consensus is sealed.').waitFor();

    const sealed = await get<Consensus>(`/consensus/${consensus.id}`);
    expect(sealed).toMatchObject({
      state: 'sealed',
      byHand: 1,
      steps: [{ region: 2, source: sealed.inputs[1].readId }],
    });
    const mask = await consensusMask(consensus.id);
    /** mm from the line of the stroke, in its slice. */
    const distance = (i: number, j: number) => Math.hypot(2 * Math.max(36 - i, 0, i - 46), 2 * (j - 20));
    const radius = 4; // the brush is 8 mm wide unless told otherwise
    let painted = 0;
    for (let n = 0; n < COUNT; n++) {
      const [i, j, k] = [
        n % SHAPE[0],
        Math.floor(n / SHAPE[0]) % SHAPE[1],
        Math.floor(n / SHAPE[0] / SHAPE[1]),
      ];
      const away = k === 8 ? distance(i, j) : Infinity;
      if (away < radius - 1.5) expect(mask[n], `${i} ${j} ${k}`).toBe(1);
      else if (away > radius + 1.5) expect(mask[n], `${i} ${j} ${k}`).toBe(before[n]);
      if (mask[n] !== before[n]) painted++;
    }
    expect(painted).toBeGreaterThan(10);
    const outcome = await get<Outcome>(`/consensus/${consensus.id}/outcome`);
    expect(outcome.regions[1]).toEqual({ region: 2, voxels: 500, as: [0, 500], asNone: 0 });
    expect(outcome.againstAll).toBe(painted);
    for (const [n, labels] of [A, B].entries()) {
      const answer = await fetch(
        `${host.origin}/api/studies/${study.id}/reads/${sealed.inputs[n].readId}/mask`,
        {
          headers: { 'x-concord-token': host.token, authorization: `Bearer ${study.coordinator}` },
        },
      );
      expect(decodeMask(new Uint8Array(await answer.arrayBuffer()), COUNT)).toEqual(labels);
    }
  }, 90_000);

  it('is looked at once it is sealed, with how it came about; and the trail says so in words', async () => {
    await page.getByRole('button', { name: 'Look', exact: true }).click();
    await page.getByText('How it came about').waitFor();
    await page.getByText('1 step taken over, 1 change by hand').waitFor();
    expect(await page.getByRole('button', { name: 'Seal' }).count()).toBe(0);
    await page.goto(`${host.address}#/study/${study.id}/audit`);
    await page.getByRole('cell', { name: 'Consensus sealed' }).waitFor();
    await page.goto(`${host.address}#/study/${study.id}/board`);
    await page.getByRole('columnheader', { name: 'Consensus' }).waitFor();
  }, 60_000);

  it('shows any sealed reads beside each other at the worst slice, to look at only', async () => {
    const { inputs } = (await get<Consensus[]>('/consensus'))[0];
    await page.goto(
      `${host.address}#/study/${study.id}/disagreement/${inputs.map(({ readId }) => readId).join(',')}`,
    );
    await page.getByTestId('disagreement-strip').waitFor({ timeout: 60_000 });
    // Slices 8 to 12 have both regions; the first of them comes first.
    expect(await view('disagreement').getAttribute('data-slice')).toBe('8');
    expect(await page.locator('[data-cell=consensus]').count()).toBe(0);
    const strip = (await page.getByTestId('disagreement-strip').boundingBox())!;
    await page.mouse.click(strip.x + (strip.width * 5.5) / SHAPE[2], strip.y + 10);
    expect(await view('disagreement').getAttribute('data-slice')).toBe('5');
    await page.keyboard.press('Alt+n');
    expect(await view('disagreement').getAttribute('data-slice')).not.toBe('5');
  }, 60_000);

  it('is come to from a pair of the agreement page', async () => {
    const { inputs } = (await get<Consensus[]>('/consensus'))[0];
    const [a, b] = inputs.map(({ readId }) => readId);
    await page.goto(`${host.address}#/study/${study.id}/look/${a}/${b}/1`);
    await page.getByRole('button', { name: 'With every reader' }).click();
    await page.getByTestId('disagreement-strip').waitFor({ timeout: 60_000 });
    expect(await page.getByRole('heading', { name: 'A · Ada' }).count()).toBe(1);
    await page.getByRole('button', { name: 'Readers’ names' }).click();
    expect(await page.getByText('Ada').count()).toBe(0);
  }, 60_000);
});
