// Every tool under a real pointer in a browser, on a phantom and on the real CT: the stored mask against what the test
// works out by itself from the tool's definition.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findChromium } from '../../build/checks/browsers.ts';
import type { Triple } from '../../electron/contract/geometry.ts';
import { makePhantom, writeNifti } from '../../electron/imaging/index.ts';
import { startBrowserHost, type BrowserHost } from '../../electron/serve.ts';
import { studyOnHost } from '../fixtures/study-on-host.ts';
import { ToolRoom, type Plane } from './support/tool-room.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const shots = join(root, 'out', 'test', 'screenshots');
const real = fileURLToPath(new URL('../../../shared/data/ct-abdomen/image.nii.gz', import.meta.url));
const executablePath = findChromium();
const LIVER = 2;
const SPLEEN = 3;

type Way = readonly Readonly<Triple>[];
const FACES: Triple[] = [[1,0,0],[-1,0,0],[0,1,0],[0,-1,0],[0,0,1],[0,0,-1]]; // prettier-ignore
const CORNERS: Triple[] = [-1, 0, 1]
  .flatMap((x) => [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((z): Triple => [x, y, z])))
  .filter((step) => step.some((v) => v !== 0));

/** How often a closed line goes around a point, by the angles its edges are seen under; null on the line itself. */
function windings(line: readonly (readonly [number, number])[], x: number, y: number): number | null {
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

const images = [
  { name: 'a phantom', file: null },
  ...(existsSync(real) ? [{ name: 'the real abdominal CT', file: real }] : []),
];
const title = !executablePath
  ? 'SKIPPED: no Chromium on this machine'
  : `tools by hand${existsSync(real) ? '' : ' (a phantom only: no ../shared/data here)'}`;

describe.skipIf(!executablePath).each(images)(`${title}, on $name`, ({ name, file }) => {
  let folder: string;
  let host: BrowserHost;
  let browser: Browser;
  let room: ToolRoom;
  const complaints: string[] = [];
  /** A voxel in the middle of the picture, and a slice to draw in. */
  let middle: Triple;

  beforeAll(async () => {
    mkdirSync(shots, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'concord-tools-'));
    host = await startBrowserHost({ home: join(folder, 'home') });
    let image = file;
    if (!image) {
      image = join(folder, 'Phantom.nii.gz');
      const { volume } = makePhantom(9, { shape: [128, 128, 40], spacing: [2.8, 2.8, 5] });
      await writeNifti(image, { grid: volume.grid, voxels: volume.voxels });
    }
    const study = await studyOnHost(host, image, { liver: LIVER, spleen: SPLEEN });
    const args = [
      '--no-sandbox',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--disable-background-networking',
    ];
    browser = await chromium.launch({ executablePath: executablePath!, args });
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    room = await ToolRoom.open(page, host, study);
    middle = room.grid.shape.map((n) => Math.floor(n / 2)) as Triple;
  });
  afterAll(async () => {
    await browser?.close();
    await host?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await room.clear();
    await room.key('1');
    await room.toSlice('axial', middle[2]);
  });
  afterEach(() => expect(complaints).toEqual([]));

  const off = (di: number, dj: number, dk = 0): Triple => [middle[0] + di, middle[1] + dj, middle[2] + dk];
  const where = (mask: Uint8Array, label: number) => {
    const found = new Set<number>();
    mask.forEach((v, n) => v === label && found.add(n));
    return found;
  };
  const shaped = (is: (v: Triple, n: number) => boolean) => {
    const found = new Set<number>();
    room.forEach((v, n) => {
      if (is(v, n)) found.add(n);
    });
    return found;
  };
  const voxelOf = (n: number): Triple => {
    const [nx, ny] = room.grid.shape;
    return [n % nx, Math.floor(n / nx) % ny, Math.floor(n / nx / ny)];
  };
  const dice = (a: Set<number>, b: Set<number>) =>
    (2 * [...a].filter((n) => b.has(n)).length) / (a.size + b.size);
  const mm = (a: Readonly<Triple>, b: Readonly<Triple>) =>
    Math.hypot(...a.map((v, axis) => (v - b[axis]) * room.grid.spacing[axis]));
  /** Everything that `open` lets paths of `steps` reach. */
  const reached = (from: Iterable<number>, steps: Triple[], open: (n: number) => boolean) => {
    const seen = new Set<number>([...from].filter(open));
    const queue = [...seen];
    for (let n = queue.pop(); n !== undefined; n = queue.pop()) {
      const v = voxelOf(n);
      for (const step of steps) {
        const to = v.map((x, a) => x + step[a]) as Triple;
        if (to.some((x, a) => x < 0 || x >= room.grid.shape[a])) continue;
        const at = room.index(to);
        if (seen.has(at) || !open(at)) continue;
        seen.add(at);
        queue.push(at);
      }
    }
    return seen;
  };
  /** The polygon tool, corner by corner; Enter closes it. */
  const polygon = (plane: Plane, way: Way) =>
    room.step(async () => {
      await room.key('p');
      for (const voxel of way) {
        await room.click(plane, voxel);
        // Slower than a double click.
        await room.page.waitForTimeout(20);
      }
      await room.key('Enter');
    });
  const rectangle = (di: number, dj: number, wide: number, high: number, dk = 0): Way =>
    ([[0, 0], [wide, 0], [wide, high], [0, high]] as const).map(([x, y]) => off(di - 0.5 + x, dj - 0.5 + y, dk)); // prettier-ignore
  const inRectangle = (v: Triple, di: number, dj: number, wide: number, high: number) =>
    v[0] >= middle[0] + di &&
    v[0] < middle[0] + di + wide &&
    v[1] >= middle[1] + dj &&
    v[1] < middle[1] + dj + high;
  /** A block of the structure, drawn with the polygon in one slice and copied upwards. */
  async function block(di: number, dj: number, wide: number, high: number, slices: number): Promise<void> {
    await polygon('axial', rectangle(di, dj, wide, high));
    for (let n = 1; n < slices; n++) {
      await room.toSlice('axial', middle[2] + n);
      await room.step(() => room.key('<'));
    }
    await room.toSlice('axial', middle[2]);
  }

  it('polygon: the voxels that the line goes around, in any view; Backspace takes a corner back', async () => {
    const line = [off(-20, -9), off(6, -18), off(17, 3), off(-4, 14)];
    const drawn = await room.step(async () => {
      await room.key('p');
      for (const voxel of [...line, off(25, 25)]) await room.click('axial', voxel);
      await room.key('Backspace');
      await room.page.screenshot({ path: join(shots, `tools-polygon-${file ? 'ct' : 'phantom'}.png`) });
      await room.key('Enter');
    });
    expect(drawn.tool).toBe('Polygon');
    room.forEach((v, n) => {
      const inside =
        v[2] === middle[2]
          ? windings(
              line.map(([i, j]) => [i, j]),
              v[0],
              v[1],
            )
          : 0;
      if (inside !== null) expect(drawn.after[n], String(v)).toBe(inside !== 0 ? LIVER : 0);
    });
    const upright = [off(-9, 0, -5), off(10, 0, -5), off(0, 0, 5)];
    const j = await room.slice('coronal');
    const coronal = await polygon(
      'coronal',
      upright.map((v): Triple => [v[0], j, v[2]]),
    );
    room.forEach((v, n) => {
      const inside =
        v[1] === j
          ? windings(
              upright.map((u) => [u[0], u[2]]),
              v[0],
              v[2],
            )
          : 0;
      if (inside !== null) expect(coronal.after[n]).toBe(inside !== 0 ? LIVER : drawn.after[n]);
    });
  });

  it('lasso fills and, with Alt, erases; a locked neighbour stays', async () => {
    await room.key('2');
    await polygon('axial', rectangle(0, 0, 8, 8));
    await room.key('1');
    await room.page.getByRole('button', { name: 'Lock spleen' }).click();
    await room.key('Shift+P');
    const ring = Array.from({ length: 40 }, (_, n): Triple => off(14 * Math.cos((n * Math.PI) / 20), 12 * Math.sin((n * Math.PI) / 20))); // prettier-ignore
    const { after, before, tool } = await room.step(() => room.drag('axial', ring, 1));
    expect(tool).toBe('Lasso');
    room.forEach((v, n) => {
      const inside =
        v[2] === middle[2]
          ? windings(
              ring.map(([i, j]) => [i, j]),
              v[0],
              v[1],
            )
          : 0;
      if (inside !== null) expect(after[n]).toBe(before[n] === SPLEEN ? SPLEEN : inside !== 0 ? LIVER : 0);
    });
    await room.page.keyboard.down('Alt');
    const erased = await room.step(() =>
      room.drag(
        'axial',
        ring.map((v) => [v[0] - 10, v[1], v[2]]),
        1,
      ),
    );
    await room.page.keyboard.up('Alt');
    room.forEach((v, n) => {
      const inside =
        v[2] === middle[2]
          ? windings(
              ring.map(([i, j]) => [i - 10, j]),
              v[0],
              v[1],
            )
          : 0;
      if (inside !== null) expect(erased.after[n]).toBe(inside !== 0 && after[n] === LIVER ? 0 : after[n]);
    });
    await room.page.getByRole('button', { name: 'Unlock spleen' }).click();
  });

  it('threshold brush and value range: nothing changes outside the range', async () => {
    const at = off(3, 2);
    const { values } = room;
    const around = [...shaped((v) => v[2] === at[2] && mm(v, at) < 15)]
      .map((n) => values[n])
      .sort((a, b) => a - b);
    const [low, high] = [around[Math.floor(around.length * 0.3)], around[Math.floor(around.length * 0.8)]];
    await room.key('t');
    await room.page.getByRole('spinbutton', { name: 'From' }).fill(String(low));
    await room.page.getByRole('spinbutton', { name: 'to' }).fill(String(high));
    await room.view('axial').focus();
    const { after, tool } = await room.step(() => room.drag('axial', [at, [at[0] + 6, at[1], at[2]]]));
    expect(tool).toBe('Threshold brush');
    const end: Triple = [at[0] + 6, at[1], at[2]];
    room.forEach((v, n) => {
      const near: Triple = [Math.min(end[0], Math.max(at[0], v[0])), at[1], at[2]];
      const away = v[2] === at[2] ? mm(v, near) : Infinity;
      // The rim is where the pointer's whole pixels decide.
      if (Math.abs(away - 4) < 0.4) return;
      expect(after[n]).toBe(away < 4 && values[n] >= low && values[n] <= high ? LIVER : 0);
    });
    await room.page.getByRole('checkbox', { name: 'Only values in a range' }).check();
    const lassoed = await polygon('axial', rectangle(-12, -12, 20, 20));
    await room.page.getByRole('checkbox', { name: 'Only values in a range' }).uncheck();
    const want = shaped(
      (v, n) =>
        v[2] === middle[2] && inRectangle(v, -12, -12, 20, 20) && values[n] >= low && values[n] <= high,
    );
    for (const n of where(after, LIVER)) want.add(n);
    expect(where(lassoed.after, LIVER)).toEqual(want);
  });

  it('adaptive brush paints only what resembles the start', async () => {
    const { values } = room;
    await room.key('Shift+T');
    const at = off(-8, -6);
    const { after, tool } = await room.step(() => room.drag('axial', [at, off(14, -6)], 8));
    expect(tool).toBe('Adaptive brush');
    const painted = where(after, LIVER);
    expect(painted.size).toBeGreaterThan(0);
    // Median and spread around the start, worked out from the definition: inner half of an 8 mm tip, at least 3 × 3.
    const reach = room.grid.spacing.map((s) => Math.max(1, Math.floor(2 / s)));
    const near = [
      ...shaped(
        (v) => v[2] === at[2] && Math.abs(v[0] - at[0]) <= reach[0] && Math.abs(v[1] - at[1]) <= reach[1],
      ),
    ].map((n) => values[n]);
    const median = (list: number[]) => {
      const sorted = [...list].sort((a, b) => a - b);
      const half = sorted.length / 2;
      return sorted.length % 2 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2;
    };
    const centre = median(near);
    const spread = 1.4826 * median(near.map((v) => Math.abs(v - centre)));
    let [lowest, highest] = [Infinity, -Infinity];
    for (const v of values) [lowest, highest] = [Math.min(lowest, v), Math.max(highest, v)];
    const limit = 2.5 * Math.max(spread, (highest - lowest) / 1000);
    room.forEach((v, n) => {
      const close: Triple = [Math.min(at[0] + 22, Math.max(at[0], v[0])), at[1], at[2]];
      const away = v[2] === at[2] ? mm(v, close) : Infinity;
      if (Math.abs(away - 4) < 0.4) return;
      expect(painted.has(n)).toBe(away < 4 && Math.abs(values[n] - centre) <= limit);
    });
  });

  it('flood fill takes what hangs together within the tolerance that the drag chose', async () => {
    const { values } = room;
    const at = off(4, 9);
    await room.key('f');
    const start = await room.point('axial', at);
    const { after, tool } = await room.step(async () => {
      await room.page.mouse.move(start.x, start.y);
      await room.page.mouse.down();
      await room.page.mouse.move(start.x + 24, start.y, { steps: 4 });
      await room.page.mouse.up();
    });
    expect(tool).toBe('Flood fill');
    const words = (await room.page
      .getByRole('slider', { name: 'Tolerance' })
      .getAttribute('aria-valuetext'))!;
    const tolerance = Number(words.replace(/[^0-9.]/g, ''));
    const nine = [
      ...shaped((v) => v[2] === at[2] && Math.abs(v[0] - at[0]) <= 1 && Math.abs(v[1] - at[1]) <= 1),
    ];
    const reference = nine.map((n) => values[n]).sort((a, b) => a - b)[4];
    const steps = FACES.filter((step) => step[2] === 0);
    const first = room.index(at);
    const want = reached([first], steps, (n) => n === first || Math.abs(values[n] - reference) <= tolerance);
    expect(where(after, LIVER)).toEqual(want);
  });

  it('region growing does the same in 3D as far as it reaches, and stops at locked structures', async () => {
    const { values, grid } = room;
    await room.key('2');
    await polygon('axial', rectangle(-40, -40, 80, 80));
    await room.page.getByRole('button', { name: 'Lock spleen' }).click();
    await room.key('1');
    await room.toSlice('axial', middle[2] + 2);
    await room.key('g');
    await room.slide('Reach', '20 mm');
    const at = off(4, 9, 2);
    const { after, before, tool } = await room.step(() => room.click('axial', at));
    await room.page.getByRole('button', { name: 'Unlock spleen' }).click();
    expect(tool).toBe('Region growing');
    const words = (await room.page
      .getByRole('slider', { name: 'Tolerance' })
      .getAttribute('aria-valuetext'))!;
    const tolerance = Number(words.replace(/[^0-9.]/g, ''));
    const nine = [
      ...shaped((v) => v[2] === at[2] && Math.abs(v[0] - at[0]) <= 1 && Math.abs(v[1] - at[1]) <= 1),
    ];
    const reference = nine.map((n) => values[n]).sort((a, b) => a - b)[4];
    const reach = grid.spacing.map((s) => Math.round(20 / s));
    const first = room.index(at);
    const want = reached([first], FACES, (n) => {
      if (before[n] === SPLEEN || voxelOf(n).some((x, a) => Math.abs(x - at[a]) > reach[a])) return false;
      return n === first || Math.abs(values[n] - reference) <= tolerance;
    });
    expect(where(after, LIVER)).toEqual(want);
    expect(where(after, SPLEEN)).toEqual(where(before, SPLEEN));
  });

  it('holes: what the structure encloses in the slice, other structures in it kept', async () => {
    await polygon('axial', rectangle(-12, -12, 24, 24));
    await room.key('Shift+P');
    await room.page.getByText('Erase', { exact: true }).click();
    await polygon('axial', rectangle(-6, -6, 12, 12));
    await room.page.getByText('Fill', { exact: true }).click();
    await room.key('2');
    await polygon('axial', rectangle(0, 0, 3, 3));
    await room.key('1');
    await room.key('h');
    await room.page.getByText('Slices', { exact: true }).click();
    const { before, after, tool } = await room.step(() =>
      room.page.getByRole('button', { name: 'Fill holes' }).last().click(),
    );
    expect(tool).toBe('Fill holes in slices');
    const open = reached(
      shaped((v) => v[0] === 0 || v[1] === 0),
      FACES.filter((step) => step[2] === 0),
      (n) => before[n] !== LIVER,
    );
    expect(after).toEqual(before.map((v, n) => (v === 0 && !open.has(n) ? LIVER : v)));
    expect(where(before, LIVER).size).toBeLessThan(where(after, LIVER).size);
  });

  it('islands: the largest kept, or the clicked one removed', async () => {
    await polygon('axial', rectangle(-20, -8, 6, 6));
    await polygon('axial', rectangle(-4, -8, 9, 9));
    await polygon('axial', rectangle(12, -8, 4, 4));
    await room.key('k');
    const removed = await room.step(() => room.click('axial', off(13, -7)));
    expect(removed.tool).toBe('Remove island');
    const gone = reached([room.index(off(13, -7))], CORNERS, (n) => removed.before[n] === LIVER);
    expect(gone.size).toBe(16);
    expect(removed.after).toEqual(removed.before.map((v, n) => (gone.has(n) ? 0 : v)));
    const largest = await room.step(() => room.key('Shift+K'));
    const kept = reached([room.index(off(0, -4))], CORNERS, (n) => largest.before[n] === LIVER);
    expect(kept.size).toBe(81);
    expect(where(largest.after, LIVER)).toEqual(kept);
  });

  it('margin: grown and shrunk by true millimetres on unequal spacing', async () => {
    await block(-7, -7, 14, 11, 3);
    await room.key('m');
    await room.slide('By', '6.0 mm');
    const grown = await room.step(() => room.key('Enter'));
    expect(grown.tool).toBe('Grow by 6 mm');
    const own = [...where(grown.before, LIVER)].map(voxelOf);
    const low = [0, 1, 2].map((a) => Math.min(...own.map((v) => v[a])));
    const high = [0, 1, 2].map((a) => Math.max(...own.map((v) => v[a])));
    // For a box the nearest voxel is the point itself, clamped into it.
    const want = shaped(
      (v) => mm(v, v.map((x, a) => Math.min(high[a], Math.max(low[a], x))) as Triple) <= 6 + 1e-6,
    );
    expect(where(grown.after, LIVER)).toEqual(want);
    await room.page.getByText('Shrink', { exact: true }).click();
    const shrunk = await room.step(() => room.page.getByRole('button', { name: 'Shrink liver' }).click());
    const outside = [...shaped((v, n) => shrunk.before[n] !== LIVER && mm(v, middle) < 90)].map(voxelOf);
    const left = [...where(shrunk.before, LIVER)].filter((n) => {
      const v = voxelOf(n);
      return !outside.some((other) => mm(v, other) <= 6 + 1e-6);
    });
    expect(where(shrunk.after, LIVER)).toEqual(new Set(left));
  });

  it('smooth: each voxel becomes what most around it are', async () => {
    await block(-8, -8, 13, 12, 4);
    await room.key('Shift+P');
    await room.page.getByText('Erase', { exact: true }).click();
    await polygon('axial', rectangle(-2, -8, 2, 5));
    await room.page.getByText('Fill', { exact: true }).click();
    await room.key('o');
    await room.slide('Radius', '6.0 mm');
    const { before, after, tool } = await room.step(() => room.key('Enter'));
    expect(tool).toBe('Smooth');
    const reach = room.grid.spacing.map((s) => Math.round(6 / s));
    const near = shaped((v) => v.every((x, a) => Math.abs(x - middle[a]) < 24));
    for (const n of near) {
      const v = voxelOf(n);
      let [has, all] = [0, 0];
      for (let k = v[2] - reach[2]; k <= v[2] + reach[2]; k++)
        for (let j = v[1] - reach[1]; j <= v[1] + reach[1]; j++)
          for (let i = v[0] - reach[0]; i <= v[0] + reach[0]; i++) {
            if ([i, j, k].some((x, a) => x < 0 || x >= room.grid.shape[a])) continue;
            all++;
            if (before[room.index([i, j, k])] === LIVER) has++;
          }
      const want = 2 * has > all ? LIVER : 2 * has < all ? 0 : before[n];
      if (after[n] !== want) expect(after[n], String(v)).toBe(want);
    }
    expect(where(before, LIVER)).not.toEqual(where(after, LIVER));
  });

  it('interpolates between drawn slices, and moves with what runs aslant', async () => {
    await polygon('axial', rectangle(-12, -6, 11, 9));
    await room.toSlice('axial', middle[2] + 4);
    await polygon('axial', rectangle(-4, -6, 11, 9, 4));
    await room.key('i');
    const { after, tool } = await room.step(() => room.key('Enter'));
    expect(tool).toBe('Interpolate slices');
    // The same rectangle eight voxels further on after four slices: two a slice.
    expect(where(after, LIVER)).toEqual(
      shaped(
        (v) =>
          v[2] >= middle[2] &&
          v[2] <= middle[2] + 4 &&
          inRectangle(v, -12 + 2 * (v[2] - middle[2]), -6, 11, 9),
      ),
    );
  });

  it('slices: cut, pasted elsewhere and taken from a neighbour', async () => {
    const drawn = await polygon('axial', rectangle(-6, -4, 12, 7));
    const one = where(drawn.after, LIVER);
    const shifted = (by: number) =>
      new Set([...one].map((n) => n + by * room.grid.shape[0] * room.grid.shape[1]));
    const cut = await room.step(() => room.key('Control+x'));
    expect(where(cut.after, LIVER).size).toBe(0);
    await room.toSlice('axial', middle[2] + 3);
    const pasted = await room.step(() => room.key('Control+v'));
    expect(where(pasted.after, LIVER)).toEqual(shifted(3));
    await room.toSlice('axial', middle[2] + 2);
    const copied = await room.step(() => room.key('>'));
    expect(where(copied.after, LIVER)).toEqual(new Set([...shifted(3), ...shifted(2)]));
    expect([cut.tool, pasted.tool, copied.tool]).toEqual([
      'Cut slice',
      'Paste slice',
      'Copy from neighbour slice',
    ]);
  });

  it('scissors cut through every slice', async () => {
    await block(-10, -8, 20, 14, 3);
    await room.key('Shift+L');
    const line = [off(-14, -12), off(-0.5, -12), off(-0.5, 12), off(-14, 12)];
    const { before, after, tool } = await room.step(() => room.drag('axial', line));
    expect(tool).toBe('Scissors');
    expect(where(after, LIVER)).toEqual(
      new Set([...where(before, LIVER)].filter((n) => voxelOf(n)[0] >= middle[0])),
    );
  });

  it('combines, moves and swaps structures', async () => {
    await polygon('axial', rectangle(-10, -6, 10, 10));
    await room.key('2');
    await polygon('axial', rectangle(0, -6, 8, 10));
    await room.key('1');
    await room.key('Shift+M');
    const moved = await room.step(() => room.key('Shift+ArrowLeft'));
    expect(where(moved.after, LIVER)).toEqual(new Set([...where(moved.before, LIVER)].map((n) => n - 1)));
    await room.key('Shift+O');
    const combine = (choice: string) =>
      room.step(async () => {
        await room.page.locator('select').filter({ hasText: 'Swap both' }).selectOption(choice);
        await room.page.getByRole('button', { name: 'Combine' }).last().click();
      });
    const swapped = await combine('swap');
    expect(swapped.after).toEqual(
      swapped.before.map((v) => (v === LIVER ? SPLEEN : v === SPLEEN ? LIVER : v)),
    );
    const added = await combine('add');
    expect(added.after).toEqual(added.before.map((v) => (v === SPLEEN ? LIVER : v)));
  });

  it('threshold to mask within another structure', async () => {
    await room.key('2');
    await polygon('axial', rectangle(-12, -12, 24, 24));
    await room.key('1');
    await room.key('Shift+H');
    const { values } = room;
    const inBox = [...shaped((v) => v[2] === middle[2] && inRectangle(v, -12, -12, 24, 24))]
      .map((n) => values[n])
      .sort((a, b) => a - b);
    const [low, high] = [inBox[Math.floor(inBox.length / 4)], inBox[Math.floor((3 * inBox.length) / 4)]];
    await room.page.getByRole('spinbutton', { name: 'From' }).fill(String(low));
    await room.page.getByRole('spinbutton', { name: 'to' }).fill(String(high));
    await room.page.getByText('Inside', { exact: true }).click();
    await room.page.screenshot({ path: join(shots, `tools-threshold-${file ? 'ct' : 'phantom'}.png`) });
    const { before, after, tool } = await room.step(() =>
      room.page.getByRole('button', { name: 'Threshold liver' }).click(),
    );
    await room.page.getByText('Anywhere', { exact: true }).click();
    expect(tool).toBe('Threshold');
    expect(after).toEqual(
      before.map((v, n) => (v === SPLEEN && values[n] >= low && values[n] <= high ? LIVER : v)),
    );
  });

  it('grow from scribbles: shown first, then one step, never over what is locked', async () => {
    await room.key('Shift+G');
    await room.drag('axial', [off(-4, 3), off(4, 3)]);
    await room.page.keyboard.down('Alt');
    await room.drag('axial', [off(-14, -14), off(14, -14)]);
    await room.page.keyboard.up('Alt');
    await room.page.waitForTimeout(600);
    await room.page.screenshot({ path: join(shots, `tools-scribbles-${file ? 'ct' : 'phantom'}.png`) });
    expect(where(await room.mask(), LIVER).size, 'nothing is stored before it is kept').toBe(0);
    const { after, tool } = await room.step(() => room.key('Enter'));
    expect(tool).toBe('Grow from scribbles');
    const grown = where(after, LIVER);
    expect(grown.has(room.index(off(0, 3)))).toBe(true);
    expect(grown.has(room.index(off(0, -14)))).toBe(false);
    // One piece that hangs together with the scribble, no further from both scribbles than it may reach.
    expect(reached([room.index(off(0, 3))], FACES, (n) => after[n] === LIVER)).toEqual(grown);
    const margin = 15 + 8;
    for (const n of grown) {
      const v = voxelOf(n);
      expect(Math.abs(v[2] - middle[2]) * room.grid.spacing[2]).toBeLessThan(margin);
      expect((Math.abs(v[0] - middle[0]) - 14) * room.grid.spacing[0]).toBeLessThan(margin);
    }
  });

  it('livewire keeps to the edge of what the flood fill finds', async () => {
    // A disc of the brush's own as an edge would be of the mask, not of the picture: take a real one, by its values.
    const { values } = room;
    const at = off(4, 9);
    await room.key('f');
    const flooded = await room.step(() => room.click('axial', at));
    const region = [...where(flooded.after, LIVER)].map(voxelOf);
    await room.step(() => room.key('Control+z'));
    if (region.length < 30) return;
    await room.key('l');
    const leftmost = region.reduce((a, b) => (b[0] < a[0] ? b : a));
    const rightmost = region.reduce((a, b) => (b[0] > a[0] ? b : a));
    const topmost = region.reduce((a, b) => (b[1] < a[1] ? b : a));
    const { after, tool } = await room.step(async () => {
      for (const voxel of [leftmost, topmost, rightmost]) {
        await room.click('axial', voxel);
        await room.page.waitForTimeout(500);
      }
      await room.page.screenshot({ path: join(shots, `tools-livewire-${file ? 'ct' : 'phantom'}.png`) });
      await room.key('Enter');
    });
    expect(tool).toBe('Livewire');
    const drawn = where(after, LIVER);
    expect(drawn.size).toBeGreaterThan(3);
    expect([...drawn].every((n) => voxelOf(n)[2] === middle[2])).toBe(true);
    // The rim of what was drawn lies on stronger edges than the slice has on average.
    const gradient = (v: Triple) => {
      const value = (i: number, j: number) =>
        values[
          room.index([
            Math.min(room.grid.shape[0] - 1, Math.max(0, i)),
            Math.min(room.grid.shape[1] - 1, Math.max(0, j)),
            v[2],
          ])
        ];
      return Math.hypot(
        value(v[0] + 1, v[1]) - value(v[0] - 1, v[1]),
        value(v[0], v[1] + 1) - value(v[0], v[1] - 1),
      );
    };
    const rim = [...drawn]
      .map(voxelOf)
      .filter((v) =>
        FACES.some(
          (step) => step[2] === 0 && after[room.index(v.map((x, a) => x + step[a]) as Triple)] !== LIVER,
        ),
      );
    const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
    const everywhere = [...shaped((v) => v[2] === middle[2] && inRectangle(v, -30, -30, 60, 60))].map((n) =>
      gradient(voxelOf(n)),
    );
    expect(mean(rim.map(gradient))).toBeGreaterThan(1.3 * mean(everywhere));
  });

  it(`undo takes each of these back as one step (${name})`, async () => {
    await block(-7, -7, 14, 11, 2);
    await room.key('m');
    const { before } = await room.step(() => room.key('Enter'));
    await room.step(() => room.key('Control+z'));
    expect(await room.mask()).toEqual(before);
    expect(dice(where(before, LIVER), where(await room.mask(), LIVER))).toBe(1);
  });
});
