// The reading room under real hands in a browser: structures, history, since the AI mask, measuring, layouts, slabs,
// pictures, oblique and 3D views, pen and fingers, small and scaled screens.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../build/checks/browsers.ts';
import type { Annotation } from '../../electron/contract/annotations.ts';
import type { Display } from '../../electron/contract/display.ts';
import type { PatchEntry, Read, WorklistItem } from '../../electron/contract/reads.ts';
import { encodeDifference } from '../../electron/contract/mask-bytes.ts';
import { makePhantom, PHANTOM_LABELS, writeNifti } from '../../electron/imaging/index.ts';
import { startBrowserHost, type BrowserHost } from '../../electron/serve.ts';
import { studyOnHost, type StudyOnHost } from '../fixtures/study-on-host.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const shots = join(root, 'out', 'test', 'screenshots');
const executablePath = findChromium();
const title = executablePath ? 'the reading room' : 'SKIPPED: no Chromium on this machine (the reading room)';

interface PenEvent {
  pointerType: string;
  pointerId: number;
  button: number;
  buttons?: number;
  pressure?: number;
}
type Touch = [type: string, x: number, y: number, more: PenEvent];
/** A machine that is busy with other things takes its time. */
const eventually = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 15_000 });

describe.skipIf(!executablePath)(title, () => {
  let folder: string;
  let host: BrowserHost;
  let browser: Browser;
  let study: StudyOnHost;
  let page: Page;
  let assignment: string;
  let readId: string;
  let voxels: { liver: number; pancreas: number };

  const shot = (name: string) => page.screenshot({ path: join(shots, `room-${name}.png`), timeout: 120_000 });
  const row = (name: string) => page.locator('ul[aria-label=Structures] li').filter({ hasText: name });
  const ml = async (name: string) =>
    Number((await row(name).getByTestId('volume-ml').textContent())!.replace(/[^\d.]/g, ''));
  const axial = () => page.locator('[data-plane=axial]').first();
  const slice = async () => Number(await axial().getAttribute('data-slice'));
  const saved = () => page.locator('[data-testid=save-state][data-state=saved]').waitFor();
  const patches = () =>
    study.call<PatchEntry[]>('GET', `/studies/${study.id}/reads/${readId}/patches`, undefined, study.reader);
  async function drag(...points: [number, number][]): Promise<void> {
    const box = (await axial().boundingBox())!;
    await page.mouse.move(box.x + points[0][0] * box.width, box.y + points[0][1] * box.height);
    await page.mouse.down();
    for (const [x, y] of points.slice(1)) {
      await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 5 });
    }
    await page.mouse.up();
  }
  /** Pointer events as a pen or fingers send them, which Playwright's mouse cannot. */
  async function touch(events: Touch[]): Promise<void> {
    await page.evaluate(async (list) => {
      const view = document.querySelector<HTMLElement>('[data-plane=axial]')!;
      const box = view.getBoundingClientRect();
      // Synthetic pointers cannot be captured.
      view.setPointerCapture = () => undefined;
      for (const [type, x, y, more] of list) {
        view.dispatchEvent(
          new PointerEvent(type, {
            bubbles: true,
            cancelable: true,
            clientX: box.left + x,
            clientY: box.top + y,
            buttons: type === 'pointerup' ? 0 : 1,
            ...more,
          }),
        );
        await new Promise((resolve) => setTimeout(resolve, 16));
      }
    }, events);
  }

  beforeAll(async () => {
    mkdirSync(shots, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'concord-room-'));
    const { volume, truth } = makePhantom(5, { shape: [160, 160, 60], spacing: [2.3, 2.3, 4.6] });
    const image = join(folder, 'phantom.nii.gz');
    await writeNifti(image, { grid: volume.grid, voxels: volume.voxels });
    const count = (wanted: number) => truth.reduce((sum, label) => sum + Number(label === wanted), 0);
    voxels = { liver: count(PHANTOM_LABELS.liver), pancreas: count(PHANTOM_LABELS.pancreas) };
    host = await startBrowserHost({ home: join(folder, 'home') });
    study = await studyOnHost(host, image, { Pancreas: 1, Liver: 2, Spleen: 3 });
    [{ assignmentId: assignment }] = await study.call<WorklistItem[]>(
      'GET', `/studies/${study.id}/worklist`, undefined, study.reader,
    ); // prettier-ignore
    const path = `/studies/${study.id}/reads`;
    const read = await study.call<Read>('POST', path, { assignmentId: assignment }, study.reader);
    readId = read.id;
    // A read whose first step is the AI's mask, as a job would have left it.
    const known = Uint8Array.from(truth, (label) => (label <= 3 ? label : 0));
    const query = 'seq=1&tool=AI%20proposal&label=2&milliseconds=0';
    const headers = {
      'x-concord-token': host.token,
      authorization: `Bearer ${study.reader}`,
      'x-concord-lease': read.lease!,
    };
    const body = encodeDifference(new Uint8Array(known.length), known);
    await fetch(`${host.origin}/api${path}/${readId}/patches?${query}`, { method: 'POST', body, headers });
    await fetch(`${host.origin}/api${path}/${readId}/release`, { method: 'POST', headers });
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
    });
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await context.addInitScript(
      ({ id, token }) => sessionStorage.setItem('concord.sign-ins', JSON.stringify({ [id]: token })),
      { id: study.id, token: study.reader },
    );
    page = await context.newPage();
    await page.goto(host.address);
    await page.goto(`${host.origin}/#/study/${study.id}/reading/${assignment}`);
    await axial().waitFor();
    await saved();
  });
  afterAll(async () => {
    await browser?.close();
    await host?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('structures: volume and slices follow the hand, pieces are walked through, looks are kept for the person', async () => {
    await page.keyboard.press('2');
    expect(await ml('Liver')).toBeCloseTo(voxels.liver * 2.3 * 2.3 * 4.6 * 0.001, 0);
    await page.keyboard.press('j');
    const figures = page.getByTestId('structure-figures');
    await eventually(() => figures.textContent()).toMatch(/^\s*\d+ slices/);
    const slices = Number.parseInt((await figures.textContent())!.trim(), 10);
    await page.keyboard.press('u');
    await eventually(() => figures.textContent()).toMatch(/1 of \d/);
    await row('Liver').getByRole('button', { name: 'Hide Liver' }).click();
    await row('Spleen').getByRole('button', { name: 'Lock Spleen' }).click();
    await page.getByLabel('Colour of Liver').fill('#3366ff');
    await row('Spleen').dragTo(row('Pancreas'));
    await eventually(async () => {
      const path = `/studies/${study.id}/display`;
      const { structures, order } = await study.call<Display>('GET', path, undefined, study.reader);
      return { structures, order };
    }).toEqual({
      structures: { 2: { colour: '#3366ff', hidden: true }, 3: { locked: true } },
      order: [3, 1, 2],
    });
    await shot('structures');
    await page.reload();
    await axial().waitFor();
    await saved();
    expect(await row('Liver').getByRole('button', { name: 'Show Liver' }).count()).toBe(1);
    expect(await row('Spleen').getByRole('button', { name: 'Unlock Spleen' }).count()).toBe(1);
    await row('Liver').getByRole('button', { name: 'Show Liver' }).click();
    await row('Liver').locator('.pick').click();
    expect(slices).toBeGreaterThan(5);
  });

  it('history: steps with names, and a click goes to any state', async () => {
    await row('Pancreas').locator('.pick').click();
    const before = await ml('Pancreas');
    await page.keyboard.press('.');
    await drag([0.3, 0.2], [0.6, 0.2]);
    await eventually(() => ml('Pancreas')).toBeGreaterThan(before);
    const first = await ml('Pancreas');
    await drag([0.3, 0.25], [0.6, 0.25]);
    await eventually(() => ml('Pancreas')).toBeGreaterThan(first);
    await saved();
    const steps = page.locator('section[aria-labelledby=history-heading] li button');
    await eventually(() => steps.count()).toBe(4);
    expect(await steps.last().textContent()).toMatch(/Brush[^]*Pancreas[^]*vx[^]*\d\d:\d\d/);
    await steps.nth(2).click();
    await eventually(() => ml('Pancreas')).toBe(first);
    await steps.nth(0).click();
    await eventually(() => ml('Pancreas')).toBe(0);
    await steps.last().click();
    await eventually(() => ml('Pancreas')).toBeGreaterThan(first);
    await saved();
    expect((await patches()).map(({ kind }) => kind).join(' ')).toBe(
      'edit edit edit undo undo undo redo redo redo',
    );
  });

  it('since the AI mask: what was added, removed and kept, in numbers and over the picture', async () => {
    const table = page.getByTestId('since-ai');
    await table.waitFor({ timeout: 20_000 });
    const strokes = (await patches()).filter(({ kind, tool }) => kind === 'edit' && tool === 'Brush');
    const added = strokes.reduce((sum, stroke) => sum + stroke.voxels, 0);
    expect(strokes).toHaveLength(2);
    await eventually(async () => (await table.innerText()).replaceAll(',', '')).toMatch(
      new RegExp(`Added\\s+${added} vx[^]*Removed\\s+0 vx[^]*Kept\\s+${voxels.pancreas} vx`),
    );
    await page.getByLabel('Show it over the picture').check();
    await page.waitForTimeout(300);
    await shot('since-ai');
    await page.getByLabel('Show it over the picture').uncheck();
  });

  it('measurements are kept with the read and taken away again', async () => {
    const path = `/studies/${study.id}/reads/${readId}/annotations`;
    const kept = () => study.call<Annotation[]>('GET', path, undefined, study.reader);
    await page.keyboard.press('r');
    await drag([0.4, 0.5], [0.6, 0.5]);
    await eventually(async () => (await kept()).length).toBe(1);
    const [ruler] = await kept();
    // A fifth of the view: its width in mm follows from the scale that fits 368 mm into it.
    const box = (await axial().boundingBox())!;
    const mm = (0.2 * box.width * 160 * 2.3) / Math.min(box.width, box.height);
    expect(ruler.value).toBeCloseTo(mm, 0);
    await page.keyboard.press('Alt+e');
    await drag([0.35, 0.45], [0.45, 0.55]);
    await eventually(async () => (await kept()).length).toBe(2);
    expect((await kept())[1].statistics!.voxels).toBeGreaterThan(20);
    await shot('measures');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Take it away' }).first().click();
    await eventually(async () => (await kept()).map(({ kind }) => kind)).toEqual(['ellipse']);
    await page.getByRole('button', { name: 'Bring it back' }).click();
    await eventually(async () => (await kept()).map(({ kind }) => kind)).toEqual(['ellipse', 'ruler']);
    expect((await kept())[1].value).toBe(ruler.value);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy measurements as text' }).click();
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    await eventually(async () => (await copied()).split('\n').map((line) => line.split('\t'))).toEqual([
      [
        'Ellipse',
        expect.stringMatching(/^[\d.]+ [cm]m², mean −?[\d.,]+ ± [\d.,]+ HU, n [\d,]+$/),
        `axial slice ${ruler.slice! + 1}`,
      ],
      ['Length', `${ruler.value.toFixed(1)} mm`, `axial slice ${ruler.slice! + 1}`],
    ]);
    await page.getByRole('button', { name: 'Take it away' }).last().click();
    await eventually(async () => (await kept()).map(({ kind }) => kind)).toEqual(['ellipse']);
    await page.keyboard.press('b');
  });

  it('layouts, slab, lens, cine, oblique and 3D views; the layout is kept for the modality', async () => {
    await page.getByText('1 | 1').click();
    expect(await page.locator('[data-plane=axial]').count()).toBe(2);
    await page.keyboard.press('Shift+S');
    await page.getByText('MIP 10 mm').first().waitFor();
    await page.keyboard.down('z');
    await shot('compare');
    await page.keyboard.up('z');
    for (let n = 0; n < 3; n++) await page.keyboard.press('Shift+S');
    await page.getByText('2 × 2').click();
    await page.keyboard.press('Alt+o');
    const oblique = page.locator('[data-oblique]');
    const box = (await oblique.boundingBox())!;
    await page.mouse.move(box.x + 200, box.y + 150);
    await page.mouse.down({ button: 'middle' });
    await page.mouse.move(box.x + 250, box.y + 150, { steps: 4 });
    await page.mouse.up({ button: 'middle' });
    expect(await oblique.getAttribute('aria-label')).toBe('Oblique view, turned 40°, tilted 0°');
    await shot('oblique');
    await page.keyboard.press('Alt+o');
    // Small: rays are cast by the processor where there is no graphics card.
    await page.getByText('1 + 3').click();
    await page.getByLabel('Where the 3D view is cut').selectOption('coronal');
    await page.getByLabel('What the 3D view shows').selectOption('both');
    await page.waitForTimeout(2500);
    await shot('3d');
    await page.getByLabel('What the 3D view shows').selectOption('surfaces');
    await axial().click({ position: { x: 5, y: 100 }, button: 'middle' });
    const from = await slice();
    await page.keyboard.press('Alt+p');
    await eventually(slice).not.toBe(from);
    await page.keyboard.press('Alt+p');
    const display = await study.call<Display>('GET', `/studies/${study.id}/display`, undefined, study.reader);
    expect(Object.values(display.hangings)[0]).toMatchObject({ layout: 'one-and-three', smooth: true });
  });

  it('pictures go to a file and to the clipboard', async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Alt+s')]);
    expect(download.suggestedFilename()).toMatch(/^Case 1, Round 1\.png$/);
    await page.keyboard.press('Alt+c');
    await page.getByText('The picture is on the clipboard.').waitFor();
    const bright = await page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      const bitmap = await createImageBitmap(await item.getType('image/png'));
      const sheet = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = sheet.getContext('2d')!;
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      return data.filter((value, n) => n % 4 === 0 && value > 120).length / (data.length / 4);
    });
    expect(bright).toBeGreaterThan(0.02);
  });

  it('a pen draws by its pressure and erases with its other end; two fingers turn slices and never draw', async () => {
    await axial().hover();
    const pen = { pointerType: 'pen', pointerId: 7, button: 0 };
    for (let n = 0; n < 12; n++) await page.keyboard.press(']');
    const last = async () => (await patches()).at(-1)!;
    const drawn: number[] = [];
    for (const [n, pressure] of [0.05, 1].entries()) {
      const y = 140 + n * 60;
      const steps = (await patches()).length;
      await touch([
        ['pointerdown', 60, y, { ...pen, pressure }],
        ['pointermove', 110, y, { ...pen, pressure, button: -1 }],
        ['pointerup', 110, y, pen],
      ]);
      await eventually(async () => (await patches()).length).toBe(steps + 1);
      drawn.push((await last()).voxels);
    }
    expect(drawn[0]).toBeGreaterThan(0);
    expect(drawn[1]).toBeGreaterThan(2 * drawn[0]);
    await touch([
      ['pointerdown', 60, 200, { ...pen, pressure: 1, button: 5, buttons: 32 }],
      ['pointermove', 110, 200, { ...pen, pressure: 1, button: -1, buttons: 32 }],
      ['pointerup', 110, 200, { ...pen, button: 5 }],
    ]);
    // Turned round over the same way, the pen takes away just what it drew.
    await eventually(last).toMatchObject({ tool: 'Erase', voxels: drawn[1] });
    const steps = (await patches()).length;
    const at = await slice();
    const finger = (pointerId: number) => ({ pointerType: 'touch', pointerId, button: 0, pressure: 0.5 });
    const swipe = Array.from({ length: 12 }, (_, n) => 200 + 6 * (n + 1)).flatMap((y): Touch[] => [
      ['pointermove', 200, y, finger(11)],
      ['pointermove', 280, y, finger(12)],
    ]);
    await touch([
      ['pointerdown', 200, 200, finger(11)],
      ['pointerdown', 280, 200, finger(12)],
      ...swipe,
      ['pointerup', 200, 272, finger(11)],
      ['pointerup', 280, 272, finger(12)],
    ]);
    expect(await slice()).toBeLessThan(at);
    await saved();
    expect((await patches()).length).toBe(steps);
  });

  it('exact pixels: blocks of one voxel each instead of a smooth picture, after a reload too', async () => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    /** The share of pixels of the axial picture that differ from the one to their left, where it shows the body. */
    const changes = () =>
      page.evaluate(() => {
        const canvas = document.querySelector<HTMLCanvasElement>('[data-plane=axial] canvas')!;
        const [wide, high] = [Math.round(canvas.width / 4), Math.round(canvas.height / 4)];
        const { data } = canvas.getContext('2d')!.getImageData(wide * 1.5, high * 1.5, wide, high);
        let differ = 0;
        for (let n = 1; n < wide * high; n++) if (n % wide > 0 && data[4 * n] !== data[4 * n - 4]) differ++;
        return differ / (wide * high);
      });
    await page.keyboard.press('Escape');
    await axial().focus();
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('combobox', { name: /command/i });
    await palette.fill('smooth or exact');
    const smooth = await changes();
    await page.keyboard.press('Enter');
    // A voxel is several pixels wide on the screen: within it nothing changes now.
    await eventually(changes).toBeLessThan(smooth / 2);
    const exact = await changes();
    const box = (await axial().boundingBox())!;
    const pixelsAVoxel = Math.min(box.width, box.height) / 160;
    expect(exact).toBeLessThanOrEqual(1 / pixelsAVoxel + 0.02);
    await eventually(async () => {
      const display = await study.call<Display>(
        'GET',
        `/studies/${study.id}/display`,
        undefined,
        study.reader,
      );
      return Object.values(display.hangings)[0].smooth;
    }).toBe(false);
    await page.reload();
    await axial().locator('canvas').first().waitFor();
    await eventually(async () => Math.abs((await changes()) - exact)).toBeLessThan(0.02);
    await axial().focus();
    await page.keyboard.press('Alt+i');
    await eventually(changes).toBeGreaterThan(2 * exact);
  });

  it('fits 1280 × 800 and a screen scaled to 150 %, without anything cut off sideways', async () => {
    for (const [width, height] of [
      [1280, 800],
      [853, 533],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(300);
      const wide = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('aside, header, main')]
          .filter((part) => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).overflowX !== 'hidden')
          .map((part) => part.getAttribute('aria-label') ?? part.tagName),
      ); // prettier-ignore
      expect(wide, `${width} × ${height}`).toEqual([]);
      await shot(`${width}x${height}`);
    }
  });
});
