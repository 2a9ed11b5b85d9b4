// A reading room on a phantom or the real CT for tests of tools, and the geometry that they work out by themselves.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { findChromium } from '../../../build/checks/browsers.ts';
import type { Triple } from '../../../electron/contract/geometry.ts';
import { makePhantom, writeNifti } from '../../../electron/imaging/index.ts';
import { startBrowserHost, type BrowserHost } from '../../../electron/serve.ts';
import { studyOnHost } from '../../fixtures/study-on-host.ts';
import { ToolRoom, type Plane } from './tool-room.ts';

const real = fileURLToPath(new URL('../../../../shared/data/ct-abdomen/image.nii.gz', import.meta.url));
export const executablePath = findChromium();
export const shots = fileURLToPath(new URL('../../../out/test/screenshots', import.meta.url));
export const LIVER = 2;
export const SPLEEN = 3;

export type Way = readonly Readonly<Triple>[];
export const FACES: Triple[] = [[1,0,0],[-1,0,0],[0,1,0],[0,-1,0],[0,0,1],[0,0,-1]]; // prettier-ignore
export const CORNERS: Triple[] = [-1, 0, 1]
  .flatMap((x) => [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((z): Triple => [x, y, z])))
  .filter((step) => step.some((v) => v !== 0));

/** What tools are tried on. */
export const images = [
  { name: 'a phantom', file: null },
  ...(existsSync(real) ? [{ name: 'the real abdominal CT', file: real }] : []),
];
export const title = !executablePath
  ? 'SKIPPED: no Chromium on this machine'
  : `tools by hand${existsSync(real) ? '' : ' (a phantom only: no ../shared/data here)'}`;

/** How often a closed line goes around a point, by the angles its edges are seen under; null on the line itself. */
export function windings(line: readonly (readonly [number, number])[], x: number, y: number): number | null {
  let sum = 0;
  for (let n = 0; n < line.length; n++) {
    const [[x0, y0], [x1, y1]] = [line[n], line[(n + 1) % line.length]];
    const length = Math.hypot(x1 - x0, y1 - y0);
    const along = length === 0 ? 0 : ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length / length;
    const t = Math.min(1, Math.max(0, along));
    // The hand's point lies on whole or half pixels of the screen: this near to the line either answer would do.
    if (Math.hypot(x - x0 - t * (x1 - x0), y - y0 - t * (y1 - y0)) < 0.15) return null;
    const angle = Math.atan2(y1 - y, x1 - x) - Math.atan2(y0 - y, x0 - x);
    sum += angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
  }
  return Math.round(sum / (2 * Math.PI));
}

export class ToolBench {
  readonly room: ToolRoom;
  /** A voxel in the middle of the picture, and the slice to draw in. */
  readonly middle: Triple;
  /** What went wrong in the page without anyone catching it. */
  readonly complaints: string[];
  readonly close: () => Promise<void>;

  private constructor(room: ToolRoom, complaints: string[], close: () => Promise<void>) {
    this.room = room;
    this.complaints = complaints;
    this.close = close;
    this.middle = room.grid.shape.map((n) => Math.floor(n / 2)) as Triple;
  }

  /** Opens the one case of a study on the volume `file`; on a phantom where it is null. */
  static async open(file: string | null): Promise<ToolBench> {
    mkdirSync(shots, { recursive: true });
    const folder = mkdtempSync(join(tmpdir(), 'concord-tools-'));
    let [host, browser]: [BrowserHost | null, Browser | null] = [null, null];
    const close = async () => {
      await browser?.close();
      await host?.close();
      rmSync(folder, { recursive: true, force: true });
    };
    try {
      host = await startBrowserHost({ home: join(folder, 'home') });
      const image = file ?? join(folder, 'Phantom.nii.gz');
      if (!file) {
        const { volume } = makePhantom(9, { shape: [128, 128, 40], spacing: [2.8, 2.8, 5] });
        await writeNifti(image, { grid: volume.grid, voxels: volume.voxels });
      }
      const study = await studyOnHost(host, image, { liver: LIVER, spleen: SPLEEN });
      const args = ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-background-networking']; // prettier-ignore
      browser = await chromium.launch({ executablePath: executablePath!, args });
      const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      return new ToolBench(await ToolRoom.open(page, host, study), complaints, close);
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** An empty mask, the first structure, the middle slice. */
  async begin(): Promise<void> {
    await this.room.clear();
    await this.room.key('1');
    await this.room.toSlice('axial', this.middle[2]);
  }

  off(di: number, dj: number, dk = 0): Triple {
    return [this.middle[0] + di, this.middle[1] + dj, this.middle[2] + dk];
  }
  where(mask: Uint8Array, label: number): Set<number> {
    const found = new Set<number>();
    mask.forEach((v, n) => v === label && found.add(n));
    return found;
  }
  shaped(is: (v: Triple, n: number) => boolean): Set<number> {
    const found = new Set<number>();
    this.room.forEach((v, n) => {
      if (is(v, n)) found.add(n);
    });
    return found;
  }
  readonly voxelOf = (n: number): Triple => {
    const [nx, ny] = this.room.grid.shape;
    return [n % nx, Math.floor(n / nx) % ny, Math.floor(n / nx / ny)];
  };
  dice(a: Set<number>, b: Set<number>): number {
    return (2 * [...a].filter((n) => b.has(n)).length) / (a.size + b.size);
  }
  mm(a: Readonly<Triple>, b: Readonly<Triple>): number {
    return Math.hypot(...a.map((v, axis) => (v - b[axis]) * this.room.grid.spacing[axis]));
  }
  /** Everything that `open` lets paths of `steps` reach. */
  reached(from: Iterable<number>, steps: Triple[], open: (n: number) => boolean): Set<number> {
    const seen = new Set<number>([...from].filter(open));
    const queue = [...seen];
    for (let n = queue.pop(); n !== undefined; n = queue.pop()) {
      const v = this.voxelOf(n);
      for (const step of steps) {
        const to = v.map((x, a) => x + step[a]) as Triple;
        if (to.some((x, a) => x < 0 || x >= this.room.grid.shape[a])) continue;
        const at = this.room.index(to);
        if (seen.has(at) || !open(at)) continue;
        seen.add(at);
        queue.push(at);
      }
    }
    return seen;
  }
  /** The polygon tool, corner by corner; Enter closes it. */
  polygon(plane: Plane, way: Way) {
    return this.room.step(async () => {
      await this.room.key('p');
      for (const voxel of way) {
        await this.room.click(plane, voxel);
        // Slower than a double click.
        await this.room.page.waitForTimeout(20);
      }
      await this.room.key('Enter');
    });
  }
  rectangle(di: number, dj: number, wide: number, high: number, dk = 0): Way {
    return ([[0, 0], [wide, 0], [wide, high], [0, high]] as const).map(([x, y]) => this.off(di - 0.5 + x, dj - 0.5 + y, dk)); // prettier-ignore
  }
  inRectangle(v: Triple, di: number, dj: number, wide: number, high: number): boolean {
    const [i, j] = [v[0] - this.middle[0] - di, v[1] - this.middle[1] - dj];
    return i >= 0 && i < wide && j >= 0 && j < high;
  }
  /** A block of the structure, drawn with the polygon in one slice and copied upwards. */
  async block(di: number, dj: number, wide: number, high: number, slices: number): Promise<void> {
    await this.polygon('axial', this.rectangle(di, dj, wide, high));
    for (let n = 1; n < slices; n++) {
      await this.room.toSlice('axial', this.middle[2] + n);
      await this.room.step(() => this.room.key('<'));
    }
    await this.room.toSlice('axial', this.middle[2]);
  }
}
