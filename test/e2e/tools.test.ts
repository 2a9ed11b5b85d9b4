// Tools that draw by the hand, under a real pointer in a browser, on a phantom and on the real CT: the stored mask
// against what the test works out by itself from the tool's definition.
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

describe.skipIf(!executablePath).each(images)(`${title}, on $name`, ({ file }) => {
  let on: ToolBench;
  beforeAll(async () => {
    on = await ToolBench.open(file);
  });
  afterAll(() => on?.close());
  beforeEach(() => on.begin());
  afterEach(() => expect(on.complaints).toEqual([]));

  it('brush: a disc in its slice or a ball, of its true millimetres; the eraser takes only its own', async () => {
    await on.room.key('2');
    await on.polygon('axial', on.rectangle(0, 6, 6, 6));
    await on.room.key('1');
    await on.room.page.getByRole('button', { name: 'Lock spleen' }).click();
    await on.room.key('b');
    for (let n = 0; n < 6; n++) await on.room.key(']');
    const words = await on.room.page.getByRole('slider', { name: 'Size' }).getAttribute('aria-valuetext');
    const radius = Number.parseFloat(words!) / 2;
    expect(radius).toBeGreaterThan(5);
    /** Within the tip swept from `from` to `to`; null at the rim, where the pointer's whole pixels decide. */
    const swept = (v: Triple, from: Triple, to: Triple): boolean | null => {
      const along = Math.min(Math.max(v[0], Math.min(from[0], to[0])), Math.max(from[0], to[0]));
      const away = on.mm(v, [along, from[1], from[2]]);
      return Math.abs(away - radius) < 0.4 ? null : away < radius;
    };
    const [from, to] = [on.off(-6, 3), on.off(7, 3)];
    const disc = await on.room.step(() => on.room.drag('axial', [from, to]));
    expect(disc.tool).toBe('Brush');
    on.room.forEach((v, n) => {
      const under = v[2] === from[2] ? swept(v, from, to) : false;
      if (under !== null) expect(disc.after[n]).toBe(disc.before[n] === SPLEEN ? SPLEEN : under ? LIVER : 0);
    });
    await on.room.page.getByRole('button', { name: 'Unlock spleen' }).click();
    await on.room.key('s');
    const at = on.off(-2, -20);
    const ball = await on.room.step(() => on.room.click('axial', at));
    await on.room.key('s');
    let slices = new Set<number>();
    on.room.forEach((v, n) => {
      const under = swept(v, at, at);
      if (under !== null) expect(ball.after[n]).toBe(under ? LIVER : ball.before[n]);
      if (under) slices = slices.add(v[2]);
    });
    expect(slices.size, 'the ball reaches into other slices').toBeGreaterThan(1);
    await on.room.key('e');
    const [left, right] = [on.off(0, 5), on.off(9, 5)];
    const erased = await on.room.step(() => on.room.drag('axial', [left, right]));
    expect(erased.tool).toBe('Erase');
    on.room.forEach((v, n) => {
      const under = v[2] === left[2] ? swept(v, left, right) : false;
      if (under !== null)
        expect(erased.after[n]).toBe(under && erased.before[n] === LIVER ? 0 : erased.before[n]);
    });
    expect(on.where(erased.after, SPLEEN)).toEqual(on.where(erased.before, SPLEEN));
    for (let n = 0; n < 6; n++) await on.room.key('[');
    await on.room.key('b');
  });

  it('polygon: the voxels that the line goes around, in any view; Backspace takes a corner back', async () => {
    const line = [on.off(-20, -9), on.off(6, -18), on.off(17, 3), on.off(-4, 14)];
    const drawn = await on.room.step(async () => {
      await on.room.key('p');
      for (const voxel of [...line, on.off(25, 25)]) await on.room.click('axial', voxel);
      await on.room.key('Backspace');
      await on.room.page.screenshot({ path: join(shots, `tools-polygon-${file ? 'ct' : 'phantom'}.png`) });
      await on.room.key('Enter');
    });
    expect(drawn.tool).toBe('Polygon');
    on.room.forEach((v, n) => {
      const inside =
        v[2] === on.middle[2]
          ? windings(
              line.map(([i, j]) => [i, j]),
              v[0],
              v[1],
            )
          : 0;
      if (inside !== null) expect(drawn.after[n], String(v)).toBe(inside !== 0 ? LIVER : 0);
    });
    const upright = [on.off(-9, 0, -5), on.off(10, 0, -5), on.off(0, 0, 5)];
    const j = await on.room.slice('coronal');
    const coronal = await on.polygon(
      'coronal',
      upright.map((v): Triple => [v[0], j, v[2]]),
    );
    on.room.forEach((v, n) => {
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
    await on.room.key('2');
    await on.polygon('axial', on.rectangle(0, 0, 8, 8));
    await on.room.key('1');
    await on.room.page.getByRole('button', { name: 'Lock spleen' }).click();
    await on.room.key('Shift+P');
    const ring = Array.from({ length: 40 }, (_, n): Triple => on.off(14 * Math.cos((n * Math.PI) / 20), 12 * Math.sin((n * Math.PI) / 20))); // prettier-ignore
    const { after, before, tool } = await on.room.step(() => on.room.drag('axial', ring, 1));
    expect(tool).toBe('Lasso');
    on.room.forEach((v, n) => {
      const inside =
        v[2] === on.middle[2]
          ? windings(
              ring.map(([i, j]) => [i, j]),
              v[0],
              v[1],
            )
          : 0;
      if (inside !== null) expect(after[n]).toBe(before[n] === SPLEEN ? SPLEEN : inside !== 0 ? LIVER : 0);
    });
    await on.room.page.keyboard.down('Alt');
    const erased = await on.room.step(() =>
      on.room.drag(
        'axial',
        ring.map((v) => [v[0] - 10, v[1], v[2]]),
        1,
      ),
    );
    await on.room.page.keyboard.up('Alt');
    on.room.forEach((v, n) => {
      const inside =
        v[2] === on.middle[2]
          ? windings(
              ring.map(([i, j]) => [i - 10, j]),
              v[0],
              v[1],
            )
          : 0;
      if (inside !== null) expect(erased.after[n]).toBe(inside !== 0 && after[n] === LIVER ? 0 : after[n]);
    });
    await on.room.page.getByRole('button', { name: 'Unlock spleen' }).click();
  });

  it('threshold brush and value range: nothing changes outside the range', async () => {
    const at = on.off(3, 2);
    const { values } = on.room;
    const around = [...on.shaped((v) => v[2] === at[2] && on.mm(v, at) < 15)]
      .map((n) => values[n])
      .sort((a, b) => a - b);
    const [low, high] = [around[Math.floor(around.length * 0.3)], around[Math.floor(around.length * 0.8)]];
    await on.room.key('t');
    await on.room.page.getByRole('spinbutton', { name: 'From' }).fill(String(low));
    await on.room.page.getByRole('spinbutton', { name: 'to' }).fill(String(high));
    await on.room.view('axial').focus();
    const { after, tool } = await on.room.step(() => on.room.drag('axial', [at, [at[0] + 6, at[1], at[2]]]));
    expect(tool).toBe('Threshold brush');
    const end: Triple = [at[0] + 6, at[1], at[2]];
    on.room.forEach((v, n) => {
      const near: Triple = [Math.min(end[0], Math.max(at[0], v[0])), at[1], at[2]];
      const away = v[2] === at[2] ? on.mm(v, near) : Infinity;
      // The rim is where the pointer's whole pixels decide.
      if (Math.abs(away - 4) < 0.4) return;
      expect(after[n]).toBe(away < 4 && values[n] >= low && values[n] <= high ? LIVER : 0);
    });
    await on.room.page.getByRole('checkbox', { name: 'Only values in a range' }).check();
    const lassoed = await on.polygon('axial', on.rectangle(-12, -12, 20, 20));
    await on.room.page.getByRole('checkbox', { name: 'Only values in a range' }).uncheck();
    const want = on.shaped(
      (v, n) =>
        v[2] === on.middle[2] && on.inRectangle(v, -12, -12, 20, 20) && values[n] >= low && values[n] <= high,
    );
    for (const n of on.where(after, LIVER)) want.add(n);
    expect(on.where(lassoed.after, LIVER)).toEqual(want);
  });

  it('adaptive brush paints only what resembles the start', async () => {
    const { values } = on.room;
    await on.room.key('Shift+T');
    const at = on.off(-8, -6);
    const { after, tool } = await on.room.step(() => on.room.drag('axial', [at, on.off(14, -6)], 8));
    expect(tool).toBe('Adaptive brush');
    const painted = on.where(after, LIVER);
    expect(painted.size).toBeGreaterThan(0);
    // Median and spread around the start, worked out from the definition: inner half of an 8 mm tip, at least 3 × 3.
    const reach = on.room.grid.spacing.map((s) => Math.max(1, Math.floor(2 / s)));
    const near = [
      ...on.shaped(
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
    on.room.forEach((v, n) => {
      const close: Triple = [Math.min(at[0] + 22, Math.max(at[0], v[0])), at[1], at[2]];
      const away = v[2] === at[2] ? on.mm(v, close) : Infinity;
      if (Math.abs(away - 4) < 0.4) return;
      expect(painted.has(n)).toBe(away < 4 && Math.abs(values[n] - centre) <= limit);
    });
  });

  it('flood fill takes what hangs together within the tolerance that the drag chose', async () => {
    const { values } = on.room;
    const at = on.off(4, 9);
    await on.room.key('f');
    const start = await on.room.point('axial', at);
    const { after, tool } = await on.room.step(async () => {
      await on.room.page.mouse.move(start.x, start.y);
      await on.room.page.mouse.down();
      await on.room.page.mouse.move(start.x + 24, start.y, { steps: 4 });
      await on.room.page.mouse.up();
    });
    expect(tool).toBe('Flood fill');
    const words = (await on.room.page
      .getByRole('slider', { name: 'Tolerance' })
      .getAttribute('aria-valuetext'))!;
    const tolerance = Number(words.replace(/[^0-9.]/g, ''));
    const nine = [
      ...on.shaped((v) => v[2] === at[2] && Math.abs(v[0] - at[0]) <= 1 && Math.abs(v[1] - at[1]) <= 1),
    ];
    const reference = nine.map((n) => values[n]).sort((a, b) => a - b)[4];
    const steps = FACES.filter((step) => step[2] === 0);
    const first = on.room.index(at);
    const want = on.reached(
      [first],
      steps,
      (n) => n === first || Math.abs(values[n] - reference) <= tolerance,
    );
    expect(on.where(after, LIVER)).toEqual(want);
  });

  it('region growing does the same in 3D as far as it reaches, and stops at locked structures', async () => {
    const { values, grid } = on.room;
    await on.room.key('2');
    await on.polygon('axial', on.rectangle(-40, -40, 80, 80));
    await on.room.page.getByRole('button', { name: 'Lock spleen' }).click();
    await on.room.key('1');
    await on.room.toSlice('axial', on.middle[2] + 2);
    await on.room.key('g');
    await on.room.slide('Reach', '20 mm');
    const at = on.off(4, 9, 2);
    const { after, before, tool } = await on.room.step(() => on.room.click('axial', at));
    await on.room.page.getByRole('button', { name: 'Unlock spleen' }).click();
    expect(tool).toBe('Region growing');
    const words = (await on.room.page
      .getByRole('slider', { name: 'Tolerance' })
      .getAttribute('aria-valuetext'))!;
    const tolerance = Number(words.replace(/[^0-9.]/g, ''));
    const nine = [
      ...on.shaped((v) => v[2] === at[2] && Math.abs(v[0] - at[0]) <= 1 && Math.abs(v[1] - at[1]) <= 1),
    ];
    const reference = nine.map((n) => values[n]).sort((a, b) => a - b)[4];
    const reach = grid.spacing.map((s) => Math.round(20 / s));
    const first = on.room.index(at);
    const want = on.reached([first], FACES, (n) => {
      if (before[n] === SPLEEN || on.voxelOf(n).some((x, a) => Math.abs(x - at[a]) > reach[a])) return false;
      return n === first || Math.abs(values[n] - reference) <= tolerance;
    });
    expect(on.where(after, LIVER)).toEqual(want);
    expect(on.where(after, SPLEEN)).toEqual(on.where(before, SPLEEN));
  });

  it('grow from scribbles: shown first, then one step, never over what is locked', async () => {
    await on.room.key('Shift+G');
    await on.room.drag('axial', [on.off(-4, 3), on.off(4, 3)]);
    await on.room.page.keyboard.down('Alt');
    await on.room.drag('axial', [on.off(-14, -14), on.off(14, -14)]);
    await on.room.page.keyboard.up('Alt');
    await on.room.page.waitForTimeout(600);
    await on.room.page.screenshot({ path: join(shots, `tools-scribbles-${file ? 'ct' : 'phantom'}.png`) });
    expect(on.where(await on.room.mask(), LIVER).size, 'nothing is stored before it is kept').toBe(0);
    const { after, tool } = await on.room.step(() => on.room.key('Enter'));
    expect(tool).toBe('Grow from scribbles');
    const grown = on.where(after, LIVER);
    expect(grown.has(on.room.index(on.off(0, 3)))).toBe(true);
    expect(grown.has(on.room.index(on.off(0, -14)))).toBe(false);
    // One piece that hangs together with the scribble, no further from both scribbles than it may reach.
    expect(on.reached([on.room.index(on.off(0, 3))], FACES, (n) => after[n] === LIVER)).toEqual(grown);
    const margin = 15 + 8;
    for (const n of grown) {
      const v = on.voxelOf(n);
      expect(Math.abs(v[2] - on.middle[2]) * on.room.grid.spacing[2]).toBeLessThan(margin);
      expect((Math.abs(v[0] - on.middle[0]) - 14) * on.room.grid.spacing[0]).toBeLessThan(margin);
    }
  });

  it('livewire keeps to the edge of what the flood fill finds', async ({ skip }) => {
    // A disc of the brush's own as an edge would be of the mask, not of the picture: take a real one, by its values.
    const { values } = on.room;
    const at = on.off(4, 9);
    await on.room.key('f');
    const flooded = await on.room.step(() => on.room.click('axial', at));
    const region = [...on.where(flooded.after, LIVER)].map(on.voxelOf);
    await on.room.step(() => on.room.key('Control+z'));
    // The phantom's noise leaves no region here whose edge could be kept to.
    skip(region.length < 30, 'SKIPPED: the flood fill finds no region here (the phantom)');
    await on.room.key('l');
    const leftmost = region.reduce((a, b) => (b[0] < a[0] ? b : a));
    const rightmost = region.reduce((a, b) => (b[0] > a[0] ? b : a));
    const topmost = region.reduce((a, b) => (b[1] < a[1] ? b : a));
    const { after, tool } = await on.room.step(async () => {
      for (const voxel of [leftmost, topmost, rightmost]) {
        await on.room.click('axial', voxel);
        await on.room.page.waitForTimeout(500);
      }
      await on.room.page.screenshot({ path: join(shots, `tools-livewire-${file ? 'ct' : 'phantom'}.png`) });
      await on.room.key('Enter');
    });
    expect(tool).toBe('Livewire');
    const drawn = on.where(after, LIVER);
    expect(drawn.size).toBeGreaterThan(3);
    expect([...drawn].every((n) => on.voxelOf(n)[2] === on.middle[2])).toBe(true);
    // The rim of what was drawn lies on stronger edges than the slice has on average.
    const gradient = (v: Triple) => {
      const value = (i: number, j: number) =>
        values[
          on.room.index([
            Math.min(on.room.grid.shape[0] - 1, Math.max(0, i)),
            Math.min(on.room.grid.shape[1] - 1, Math.max(0, j)),
            v[2],
          ])
        ];
      return Math.hypot(
        value(v[0] + 1, v[1]) - value(v[0] - 1, v[1]),
        value(v[0], v[1] + 1) - value(v[0], v[1] - 1),
      );
    };
    const rim = [...drawn]
      .map(on.voxelOf)
      .filter((v) =>
        FACES.some(
          (step) => step[2] === 0 && after[on.room.index(v.map((x, a) => x + step[a]) as Triple)] !== LIVER,
        ),
      );
    const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
    const everywhere = [
      ...on.shaped((v) => v[2] === on.middle[2] && on.inRectangle(v, -30, -30, 60, 60)),
    ].map((n) => gradient(on.voxelOf(n)));
    expect(mean(rim.map(gradient))).toBeGreaterThan(1.3 * mean(everywhere));
  });
});
