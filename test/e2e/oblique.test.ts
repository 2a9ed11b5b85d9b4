// Drawing in the oblique view with a real pointer, on a phantom and on the real CT: the stored mask against planes and
// distances that the test works out by itself from the angles the view tells.
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Triple } from '../../electron/contract/geometry.ts';
import {
  executablePath,
  FACES,
  images,
  LIVER,
  shots,
  SPLEEN,
  title,
  ToolBench,
  windings,
} from './support/tool-bench.ts';

type Place = readonly [x: number, y: number];
/** Rounding decides for voxels this near to the edge of a tip, mm. */
const EDGE_MM = 0.02;
const BRUSH_MM = 20;

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, n) => sum + v * b[n], 0);

describe.skipIf(!executablePath).each(images)(`${title}, oblique, on $name`, ({ file }) => {
  let on: ToolBench;
  let box: { x: number; y: number; width: number; height: number };
  const oblique = () => on.room.page.locator('[data-oblique]');

  beforeAll(async () => {
    on = await ToolBench.open(file);
    await on.room.key('Alt+o');
    await oblique().focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await on.room.key(key);
    box = (await oblique().boundingBox())!;
    await on.room.key('b');
    await on.room.slide('Size', `${BRUSH_MM}.0 mm`);
  });
  afterAll(() => on?.close());
  beforeEach(() => on.begin());
  afterEach(() => expect(on.complaints).toEqual([]));

  /** The plane as its label says it lies: turned about the upright axis of axial slices, then tilted about the one across. */
  async function planeNow() {
    const label = (await oblique().getAttribute('aria-label'))!.replace(/−/g, '-');
    const [turn, tilt] = [...label.matchAll(/(-?\d+)°/g)].map(
      ([, degrees]) => (Number(degrees) * Math.PI) / 180,
    );
    const right: Triple = [Math.cos(turn), 0, Math.sin(turn)];
    const down: Triple = [-Math.sin(turn) * Math.sin(tilt), Math.cos(tilt), Math.cos(turn) * Math.sin(tilt)];
    const normal: Triple = [
      right[1] * down[2] - right[2] * down[1],
      right[2] * down[0] - right[0] * down[2],
      right[0] * down[1] - right[1] * down[0],
    ];
    return { right, down, normal, turn, tilt };
  }

  /** Millimetres a CSS pixel: the longest side of the volume fits the view. */
  function mmPerPixel(): number {
    const { shape, spacing } = on.room.grid;
    return Math.max(...shape.map((n, axis) => n * spacing[axis])) / Math.min(box.width, box.height);
  }
  /** Whole pixels of the page, so that no event is rounded on its way. */
  const pixel = ([x, y]: Place): Place => [
    Math.round(box.x + box.width / 2 + x),
    Math.round(box.y + box.height / 2 + y),
  ];
  /** Where such a pixel lies in the plane, mm from the middle. */
  const inPlane = (place: Place): Place => {
    const [x, y] = pixel(place);
    return [(x - box.x - box.width / 2) * mmPerPixel(), (y - box.y - box.height / 2) * mmPerPixel()];
  };
  async function drag(way: readonly Place[], button: 'left' | 'middle' = 'left'): Promise<void> {
    const { mouse } = on.room.page;
    await mouse.move(...pixel(way[0]));
    await mouse.down({ button });
    for (const place of way.slice(1)) await mouse.move(...pixel(place));
    await mouse.up({ button });
  }

  /** For every voxel: mm across the plane, how thick the plane is there, and mm in it from its middle. */
  async function eachVoxel(
    visit: (n: number, away: number, thick: number, at: Place) => void,
  ): Promise<void> {
    const { right, down, normal } = await planeNow();
    const { spacing } = on.room.grid;
    const thick = spacing.reduce((sum, mm, axis) => sum + Math.abs(normal[axis]) * mm, 0) / 2;
    on.room.forEach((voxel, n) => {
      const mm = voxel.map((v, axis) => (v - on.middle[axis]) * spacing[axis]);
      visit(n, Math.abs(dot(mm, normal)), thick, [dot(mm, right), dot(mm, down)]);
    });
  }
  const fromSegments = (way: readonly Place[], [x, y]: Place, away = 0): number => {
    let nearest = Infinity;
    for (let n = 1; n < way.length; n++) {
      const [[x0, y0], [x1, y1]] = [way[n - 1], way[n]];
      const [dx, dy] = [x1 - x0, y1 - y0];
      const t = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)));
      nearest = Math.min(nearest, Math.hypot(x - x0 - t * dx, y - y0 - t * dy, away));
    }
    return nearest;
  };

  /** Voxels that the stroke must have, and those for which either answer would do. */
  async function stroked(way: readonly Place[], ball = false) {
    const places = way.map(inPlane);
    const [must, may] = [new Set<number>(), new Set<number>()];
    await eachVoxel((n, away, thick, at) => {
      const distance = fromSegments(places, at, ball ? away : 0);
      const over = Math.max(distance - BRUSH_MM / 2, ball ? -Infinity : away - thick);
      if (over < -EDGE_MM) must.add(n);
      else if (over < EDGE_MM) may.add(n);
    });
    return { must, may };
  }
  const same = (got: Set<number>, { must, may }: { must: Set<number>; may: Set<number> }) => {
    expect(must.size).toBeGreaterThan(50);
    expect([...must].filter((n) => !got.has(n))).toEqual([]);
    expect([...got].filter((n) => !must.has(n) && !may.has(n))).toEqual([]);
  };

  const WAY: readonly Place[] = [[-60, -30], [-20, 15], [30, 5], [55, 40]]; // prettier-ignore

  it('brush: the voxels that the plane passes through under the way of the disc, as one step', async () => {
    await on.room.key('b');
    const { after, tool } = await on.room.step(() => drag(WAY));
    expect(tool).toBe('Brush, oblique');
    same(on.where(after, LIVER), await stroked(WAY));
    await on.room.page.screenshot({ path: join(shots, `oblique-${file ? 'ct' : 'phantom'}.png`) });
    const undone = await on.room.step(() => on.room.key('Control+z'));
    expect(undone.after.some((v) => v !== 0)).toBe(false);
  });

  it('eraser: what it passes over; locked structures stay', async () => {
    await on.room.key('b');
    await on.room.step(() => drag(WAY));
    await on.room.key('2');
    const other: readonly Place[] = [[-40, 50], [40, -40]]; // prettier-ignore
    await on.room.page.getByRole('button', { name: 'Lock liver' }).click();
    const locked = await on.room.step(() => drag(other));
    expect(on.where(locked.after, LIVER)).toEqual(on.where(locked.before, LIVER));
    const { must, may } = await stroked(other);
    const free = (set: Set<number>) => new Set([...set].filter((n) => locked.before[n] === 0));
    same(on.where(locked.after, SPLEEN), { must: free(must), may: free(may) });
    await on.room.page.getByRole('button', { name: 'Unlock liver' }).click();
    await on.room.key('1');
    await on.room.key('e');
    const erased = await on.room.step(() => drag([[-20, 0], [20, 0]])); // prettier-ignore
    expect(erased.tool).toBe('Erase, oblique');
    const gone = await stroked([[-20, 0], [20, 0]]); // prettier-ignore
    const left = on.where(erased.after, LIVER);
    for (const n of on.where(erased.before, LIVER)) {
      if (gone.must.has(n)) expect(left.has(n)).toBe(false);
      else if (!gone.may.has(n)) expect(left.has(n)).toBe(true);
    }
  });

  it('ball: everything within reach in space', async () => {
    await on.room.key('b');
    await on.room.page.getByText('Sphere', { exact: true }).click();
    const { after, tool } = await on.room.step(() => drag([[-20, -10], [25, 10]])); // prettier-ignore
    await on.room.page.getByText('2D', { exact: true }).click();
    expect(tool).toBe('Sphere brush');
    same(on.where(after, LIVER), await stroked([[-20, -10], [25, 10]], true)); // prettier-ignore
  });

  it('lasso and polygon: what the line goes around on the plane', async () => {
    const line: readonly Place[] = [[-50, -40], [40, -45], [60, 10], [5, 20], [-30, 55]]; // prettier-ignore
    const around = async (got: Set<number>) => {
      const places = line.map(inPlane);
      let inside = 0;
      await eachVoxel((n, away, thick, [x, y]) => {
        const turns = windings(places, x, y);
        if (turns === null || Math.abs(away - thick) < EDGE_MM) return;
        const want = away < thick && turns !== 0;
        if (want) inside++;
        if (got.has(n) !== want) expect(got.has(n), String([x, y])).toBe(want);
      });
      expect(inside).toBeGreaterThan(100);
    };
    await on.room.key('Shift+P');
    const lasso = await on.room.step(() => drag([...line, line[0]]));
    expect(lasso.tool).toBe('Lasso, oblique');
    await around(on.where(lasso.after, LIVER));
    await on.room.step(() => on.room.key('Control+z'));
    await on.room.key('p');
    const polygon = await on.room.step(async () => {
      for (const place of line) {
        await on.room.page.mouse.move(...pixel(place));
        await on.room.page.mouse.down();
        await on.room.page.mouse.up();
        await on.room.page.waitForTimeout(20);
      }
      await on.room.key('Enter');
    });
    expect(polygon.tool).toBe('Polygon, oblique');
    await around(on.where(polygon.after, LIVER));
  });

  it('flood fill: what hangs together on the plane within the tolerance that the drag chose', async () => {
    const { values } = on.room;
    await on.room.key('f');
    const place: Place = [12, -18];
    const { after, tool } = await on.room.step(() =>
      drag([place, [place[0] + 12, place[1]], [place[0] + 24, place[1]]]),
    );
    expect(tool).toBe('Flood fill, oblique');
    const slider = on.room.page.getByRole('slider', { name: 'Tolerance' });
    const tolerance = Number((await slider.getAttribute('aria-valuetext'))!.replace(/[^0-9.]/g, ''));
    const passed = new Set<number>();
    await eachVoxel((n, away, thick) => {
      if (away <= thick + 1e-6) passed.add(n);
    });
    const { right, down } = await planeNow();
    const [x, y] = inPlane(place);
    const at = on.middle.map((v, axis) =>
      Math.round(v + (right[axis] * x + down[axis] * y) / on.room.grid.spacing[axis]),
    ) as Triple;
    const around = [...passed].filter((n) => on.voxelOf(n).every((v, axis) => Math.abs(v - at[axis]) <= 1));
    const sorted = around.map((n) => values[n]).sort((a, b) => a - b);
    const reference = sorted[Math.floor(sorted.length / 2)];
    const first = on.room.index(at);
    const want = on.reached(
      [first],
      FACES,
      (n) => passed.has(n) && (n === first || Math.abs(values[n] - reference) <= tolerance),
    );
    expect(want.size).toBeGreaterThan(20);
    expect(on.where(after, LIVER)).toEqual(want);
  });

  it('scissors: everything that the line goes around, along the normal', async () => {
    await on.room.key('b');
    await on.room.page.getByText('Sphere', { exact: true }).click();
    const { after: before } = await on.room.step(() => drag([[-50, -10], [50, 20]])); // prettier-ignore
    await on.room.page.getByText('2D', { exact: true }).click();
    await on.room.key('Shift+l');
    const line: readonly Place[] = [[-20, -60], [30, -50], [10, 60], [-35, 55]]; // prettier-ignore
    const { after, tool } = await on.room.step(() => drag([...line, line[0]]));
    expect(tool).toBe('Scissors, oblique');
    const places = line.map(inPlane);
    let gone = 0;
    await eachVoxel((n, _away, _thick, [x, y]) => {
      const turns = before[n] === LIVER ? windings(places, x, y) : null;
      if (turns === null) return;
      if (turns !== 0) gone++;
      if ((after[n] === LIVER) !== (turns === 0))
        expect(after[n], String([x, y])).toBe(turns === 0 ? LIVER : 0);
    });
    expect(gone).toBeGreaterThan(100);
    expect([...on.where(after, LIVER)].every((n) => before[n] === LIVER)).toBe(true);
  });

  it('turns by the middle button while a tool is chosen, and draws nothing by it', async () => {
    await on.room.key('b');
    const before = await on.room.mask();
    const was = await planeNow();
    await drag([[0, 0], [50, 25]], 'middle'); // prettier-ignore
    const now = await planeNow();
    expect([now.turn, now.tilt].map((v) => Math.round((v * 180) / Math.PI))).toEqual([
      Math.round((was.turn * 180) / Math.PI) + 20,
      Math.round((was.tilt * 180) / Math.PI) + 10,
    ]);
    expect(await on.room.mask()).toEqual(before);
    await on.room.key('b');
    await drag([[0, 0], [-50, -25]], 'middle'); // prettier-ignore
  });

  it('ruler, angle and ellipse: true millimetres, the values of the voxels under it, kept and found again', async () => {
    const kept = () => on.room.annotations();
    /** LPS mm of a place in the plane. */
    const patient = ([x, y]: Place): number[] => {
      const { spacing, origin, direction } = on.room.grid;
      const mm = on.middle.map((v, axis) => v * spacing[axis] + right[axis] * x + down[axis] * y);
      return origin.map((o, row) => o + dot(direction.slice(3 * row, 3 * row + 3), mm));
    };
    const { right, down } = await planeNow();
    const [from, to] = [[-40, -20], [50, 35]] as const; // prettier-ignore
    await on.room.key('r');
    await drag([from, to]);
    await expect.poll(async () => (await kept()).length).toBe(1);
    const [[x0, y0], [x1, y1]] = [inPlane(from), inPlane(to)];
    const [ruler] = await kept();
    expect(ruler).toMatchObject({ plane: 'oblique', slice: null });
    expect(ruler.value).toBeCloseTo(Math.hypot(x1 - x0, y1 - y0), 3);
    const ends = [patient([x0, y0]), patient([x1, y1])].flat();
    ruler.points.flat().forEach((mm, n) => expect(mm).toBeCloseTo(ends[n], 2));

    await on.room.key('Alt+a');
    await drag([[-50, 40], [0, 40]]); // prettier-ignore
    await drag([[0, 10], [0, 10]]); // prettier-ignore
    await expect.poll(async () => (await kept()).length).toBe(2);
    expect((await kept()).find(({ kind }) => kind === 'angle')!.value).toBeCloseTo(90, 3);

    await on.room.key('Alt+e');
    await drag([[-30, -45], [45, 5]]); // prettier-ignore
    await expect.poll(async () => (await kept()).length).toBe(3);
    const ellipse = (await kept()).find(({ kind }) => kind === 'ellipse')!;
    const [[ax, ay], [bx, by]] = [inPlane([-30, -45]), inPlane([45, 5])];
    const [rx, ry] = [(bx - ax) / 2, (by - ay) / 2];
    expect(ellipse.value).toBeCloseTo(Math.PI * rx * ry, 1);
    const [sure, open]: number[][] = [[], []];
    await eachVoxel((n, away, thick, [x, y]) => {
      const out = Math.hypot((x - (ax + bx) / 2) / rx, (y - (ay + by) / 2) / ry);
      if (out > 1 + 1e-6 || away > thick + 1e-6) return;
      (out < 1 - 1e-6 && away < thick - 1e-6 ? sure : open).push(on.room.values[n]);
    });
    const sum = (list: number[]) => list.reduce((total, v) => total + v, 0);
    const { voxels, minimum, maximum, mean } = ellipse.statistics!;
    expect(sure.length).toBeGreaterThan(100);
    expect(voxels - sure.length).toBeGreaterThanOrEqual(0);
    expect(voxels - sure.length).toBeLessThanOrEqual(open.length);
    expect(Math.abs(voxels * mean! - sum(sure))).toBeLessThanOrEqual(sum(open.map(Math.abs)) + 1e-6);
    expect(minimum).toBe(Math.min(...sure, ...open.filter((v) => v === minimum)));
    expect(maximum).toBe(Math.max(...sure, ...open.filter((v) => v === maximum)));
    await on.room.page.screenshot({ path: join(shots, `oblique-measures-${file ? 'ct' : 'phantom'}.png`) });

    // Turned away and gone elsewhere, a click in the list brings the plane back.
    await on.room.key('Escape');
    await on.room.key('v');
    await drag([[0, 0], [80, -60]], 'middle'); // prettier-ignore
    expect((await planeNow()).right).not.toEqual(right);
    await on.room.key('.');
    await on.room.page.locator('li').filter({ hasText: 'oblique' }).getByRole('button').first().click();
    await expect.poll(async () => (await planeNow()).right).toEqual(right);
    for (let left = 2; left >= 0; left--) {
      await on.room.page.getByRole('button', { name: 'Take it away' }).first().click();
      await expect.poll(async () => (await kept()).length).toBe(left);
    }
    await on.room.key('.');
  });
});
