// A reading room under a real hand: voxels to points on the page, pointer gestures, and the mask as it is stored.
import type { Locator, Page } from 'playwright-core';
import { decodeMask } from '../../../electron/contract/mask-bytes.ts';
import type { Annotation } from '../../../electron/contract/annotations.ts';
import type { Grid, Triple } from '../../../electron/contract/geometry.ts';
import type { PatchEntry, Read, WorklistItem } from '../../../electron/contract/reads.ts';
import { PASSPHRASE, type StudyOnHost } from '../../fixtures/study-on-host.ts';

export type Voxels = Int16Array | Uint8Array | Uint16Array | Float32Array;
export type Plane = 'axial' | 'coronal' | 'sagittal';

/** Axis through the view, to the right, and down; whether the last one grows upwards. */
const PLANES = {
  axial: { through: 2, right: 0, down: 1, upward: false },
  coronal: { through: 1, right: 0, down: 2, upward: true },
  sagittal: { through: 0, right: 1, down: 2, upward: true },
} as const;
const ARRAYS = { uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, float32: Float32Array };

export class ToolRoom {
  readonly page: Page;
  readonly grid: Grid;
  readonly values: Voxels;
  private readonly headers: Record<string, string>;
  private readonly path: string;

  private constructor(page: Page, read: Read, values: Voxels, headers: Record<string, string>, path: string) {
    this.page = page;
    this.grid = read.volume.grid;
    this.values = values;
    this.headers = headers;
    this.path = path;
  }

  /** Signs the reader in, opens the one case that is due and waits until its picture is there. */
  static async open(
    page: Page,
    host: { address: string; origin: string; token: string },
    study: StudyOnHost,
  ): Promise<ToolRoom> {
    await page.goto(host.address);
    await page.goto(`${host.origin}/#/study/${study.id}/sign-in`);
    await page.getByText('Reader', { exact: true }).first().click();
    await page.locator('input[type=password]').fill(PASSPHRASE);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => !location.hash.endsWith('sign-in'));
    await page.getByText('Due now').first().waitFor();
    await page.keyboard.press('n');
    await page.locator('[data-plane=axial]').waitFor({ timeout: 60_000 });
    await page.locator('[data-testid=save-state][data-state=saved]').waitFor({ timeout: 30_000 });
    const items = await study.call<WorklistItem[]>(
      'GET',
      `/studies/${study.id}/worklist`,
      undefined,
      study.reader,
    );
    const id = items.find((item) => item.readId)!.readId!;
    const read = await study.call<Read>('GET', `/studies/${study.id}/reads/${id}`, undefined, study.reader);
    const headers = { 'x-concord-token': host.token, authorization: `Bearer ${study.reader}` };
    const path = `${host.origin}/api/studies/${study.id}/reads/${id}`;
    const answer = await fetch(`${path}/voxels?from=0&count=${read.volume.grid.shape[2]}`, { headers });
    const values = new ARRAYS[read.volume.voxelType](await answer.arrayBuffer());
    await page.getByText(/Loading the picture/).waitFor({ state: 'detached', timeout: 60_000 });
    return new ToolRoom(page, read, values, headers, path);
  }

  /** The measurements that are kept with the read. */
  async annotations(): Promise<Annotation[]> {
    const answer = await fetch(`${this.path}/annotations`, { headers: this.headers });
    return (await answer.json()) as Annotation[];
  }

  index([i, j, k]: Readonly<Triple>): number {
    return i + this.grid.shape[0] * (j + this.grid.shape[1] * k);
  }
  forEach(visit: (voxel: Triple, index: number) => void): void {
    const [nx, ny, nz] = this.grid.shape;
    for (let k = 0, n = 0; k < nz; k++)
      for (let j = 0; j < ny; j++) for (let i = 0; i < nx; i++, n++) visit([i, j, k], n);
  }

  view(plane: Plane): Locator {
    return this.page.locator(`[data-plane=${plane}]`);
  }
  /** The slice that a view shows. */
  async slice(plane: Plane): Promise<number> {
    return Number(await this.view(plane).getAttribute('data-slice'));
  }
  /** Where a continuous voxel lies on the page: the slice fits its view, as nobody has zoomed. */
  async point(plane: Plane, voxel: Readonly<Triple>): Promise<{ x: number; y: number }> {
    const box = (await this.view(plane).boundingBox())!;
    const { right, down, upward } = PLANES[plane];
    const { shape, spacing } = this.grid;
    const [wide, high] = [shape[right] * spacing[right], shape[down] * spacing[down]];
    const scale = Math.min(box.width / wide, box.height / high);
    const row = upward ? shape[down] - 1 - voxel[down] : voxel[down];
    return {
      x: box.x + (box.width - wide * scale) / 2 + (voxel[right] + 0.5) * spacing[right] * scale,
      y: box.y + (box.height - high * scale) / 2 + (row + 0.5) * spacing[down] * scale,
    };
  }
  /** Scrolls a view by its wheel. */
  async toSlice(plane: Plane, wanted: number): Promise<void> {
    const box = (await this.view(plane).boundingBox())!;
    await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    for (let tries = 0; tries < 400; tries++) {
      const now = await this.slice(plane);
      if (now === wanted) return;
      await this.page.mouse.wheel(0, wanted > now ? -100 : 100);
      await this.page.waitForFunction(
        ([name, was]) => document.querySelector(`[data-plane=${name}]`)!.getAttribute('data-slice') !== was,
        [plane, String(now)],
        { timeout: 5000 },
      );
    }
  }

  async click(plane: Plane, voxel: Readonly<Triple>): Promise<void> {
    const { x, y } = await this.point(plane, voxel);
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    await this.page.mouse.up();
  }
  /** Presses at the first place, moves through the others, lets go at the last. */
  async drag(plane: Plane, way: readonly Readonly<Triple>[], steps = 3): Promise<void> {
    const first = await this.point(plane, way[0]);
    await this.page.mouse.move(first.x, first.y);
    await this.page.mouse.down();
    for (const voxel of way.slice(1)) {
      const { x, y } = await this.point(plane, voxel);
      await this.page.mouse.move(x, y, { steps });
    }
    await this.page.mouse.up();
  }
  async key(keys: string): Promise<void> {
    await this.page.keyboard.press(keys);
  }
  /** Drives a slider by the keyboard until its words say so. */
  async slide(name: string, words: string): Promise<void> {
    const slider = this.page.getByRole('slider', { name, exact: true });
    await slider.focus();
    await slider.press('Home');
    for (let n = 0; n < 300 && (await slider.getAttribute('aria-valuetext')) !== words; n++)
      await slider.press('ArrowRight');
    if ((await slider.getAttribute('aria-valuetext')) !== words)
      throw new Error(`${name} never says ${words}`);
    await this.view('axial').focus();
  }

  /** The mask as it is stored, once everything is. */
  async mask(): Promise<Uint8Array> {
    await this.page.locator('[data-testid=save-state][data-state=saved]').waitFor({ timeout: 30_000 });
    const answer = await fetch(`${this.path}/mask`, { headers: this.headers });
    return decodeMask(new Uint8Array(await answer.arrayBuffer()), this.values.length);
  }
  async steps(): Promise<PatchEntry[]> {
    return (await (await fetch(`${this.path}/patches`, { headers: this.headers })).json()) as PatchEntry[];
  }
  /** Does something that is to be one step; answers the masks before and after, and the step's name. */
  async step(act: () => Promise<unknown>): Promise<{ before: Uint8Array; after: Uint8Array; tool: string }> {
    const before = await this.mask();
    const was = (await this.steps()).length;
    await act();
    const until = Date.now() + 20_000;
    for (;;) {
      const steps = await this.steps();
      if (steps.length > was + 1)
        throw new Error(
          `more than one step: ${steps
            .slice(was)
            .map((s) => s.tool)
            .join(', ')}`,
        );
      if (steps.length === was + 1) {
        await this.page.waitForTimeout(120);
        const later = await this.steps();
        if (later.length !== was + 1) throw new Error('a second step followed');
        return { before, after: await this.mask(), tool: steps[was].tool };
      }
      if (Date.now() > until) throw new Error(`no step came: ${await this.said()}`);
      await this.page.waitForTimeout(60);
    }
  }
  /** What the page has said to the person. */
  async said(): Promise<string> {
    return (await this.page.locator('[role=status], [role=alert]').allInnerTexts()).join(' | ');
  }
  /** Takes everything back. */
  async clear(): Promise<void> {
    await this.key('Escape');
    for (let n = 0; n < 60; n++) {
      const mask = await this.mask();
      if (!mask.some((label) => label !== 0)) return;
      await this.key('Control+z');
      await this.page.waitForTimeout(60);
    }
    throw new Error('the mask could not be taken back');
  }
}
