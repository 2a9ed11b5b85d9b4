// Tools that act on whole structures and slices, under a real pointer, on a phantom and on the real CT: the stored mask
// against what the test works out by itself.
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Triple } from '../../electron/contract/geometry.ts';
import {
  CORNERS,
  executablePath,
  FACES,
  images,
  LIVER,
  shots,
  SPLEEN,
  title,
  ToolBench,
} from './support/tool-bench.ts';

describe.skipIf(!executablePath).each(images)(`${title}, on $name`, ({ name, file }) => {
  let on: ToolBench;
  beforeAll(async () => {
    on = await ToolBench.open(file);
  });
  afterAll(() => on?.close());
  beforeEach(() => on.begin());
  afterEach(() => expect(on.complaints).toEqual([]));

  it('holes: what the structure encloses in the slice, other structures in it kept', async () => {
    await on.polygon('axial', on.rectangle(-12, -12, 24, 24));
    await on.room.key('Shift+P');
    await on.room.page.getByText('Erase', { exact: true }).click();
    await on.polygon('axial', on.rectangle(-6, -6, 12, 12));
    await on.room.page.getByText('Fill', { exact: true }).click();
    await on.room.key('2');
    await on.polygon('axial', on.rectangle(0, 0, 3, 3));
    await on.room.key('1');
    await on.room.key('h');
    await on.room.page.getByText('Slices', { exact: true }).click();
    const { before, after, tool } = await on.room.step(() =>
      on.room.page.getByRole('button', { name: 'Fill holes' }).last().click(),
    );
    expect(tool).toBe('Fill holes in slices');
    const open = on.reached(
      on.shaped((v) => v[0] === 0 || v[1] === 0),
      FACES.filter((step) => step[2] === 0),
      (n) => before[n] !== LIVER,
    );
    expect(after).toEqual(before.map((v, n) => (v === 0 && !open.has(n) ? LIVER : v)));
    expect(on.where(before, LIVER).size).toBeLessThan(on.where(after, LIVER).size);
  });

  it('islands: the largest kept, or the clicked one removed', async () => {
    await on.polygon('axial', on.rectangle(-20, -8, 6, 6));
    await on.polygon('axial', on.rectangle(-4, -8, 9, 9));
    await on.polygon('axial', on.rectangle(12, -8, 4, 4));
    await on.room.key('k');
    const removed = await on.room.step(() => on.room.click('axial', on.off(13, -7)));
    expect(removed.tool).toBe('Remove island');
    const gone = on.reached([on.room.index(on.off(13, -7))], CORNERS, (n) => removed.before[n] === LIVER);
    expect(gone.size).toBe(16);
    expect(removed.after).toEqual(removed.before.map((v, n) => (gone.has(n) ? 0 : v)));
    const largest = await on.room.step(() => on.room.key('Shift+K'));
    const kept = on.reached([on.room.index(on.off(0, -4))], CORNERS, (n) => largest.before[n] === LIVER);
    expect(kept.size).toBe(81);
    expect(on.where(largest.after, LIVER)).toEqual(kept);
  });

  it('margin: grown and shrunk by true millimetres on unequal spacing', async () => {
    await on.block(-7, -7, 14, 11, 3);
    await on.room.key('m');
    await on.room.slide('By', '6.0 mm');
    const grown = await on.room.step(() => on.room.key('Enter'));
    expect(grown.tool).toBe('Grow by 6 mm');
    const own = [...on.where(grown.before, LIVER)].map(on.voxelOf);
    const low = [0, 1, 2].map((a) => Math.min(...own.map((v) => v[a])));
    const high = [0, 1, 2].map((a) => Math.max(...own.map((v) => v[a])));
    // For a box the nearest voxel is the point itself, clamped into it.
    const want = on.shaped(
      (v) => on.mm(v, v.map((x, a) => Math.min(high[a], Math.max(low[a], x))) as Triple) <= 6 + 1e-6,
    );
    expect(on.where(grown.after, LIVER)).toEqual(want);
    await on.room.page.getByText('Shrink', { exact: true }).click();
    const shrunk = await on.room.step(() =>
      on.room.page.getByRole('button', { name: 'Shrink liver' }).click(),
    );
    const outside = [...on.shaped((v, n) => shrunk.before[n] !== LIVER && on.mm(v, on.middle) < 90)].map(
      on.voxelOf,
    );
    const left = [...on.where(shrunk.before, LIVER)].filter((n) => {
      const v = on.voxelOf(n);
      return !outside.some((other) => on.mm(v, other) <= 6 + 1e-6);
    });
    expect(on.where(shrunk.after, LIVER)).toEqual(new Set(left));
  });

  it('smooth: each voxel becomes what most around it are', async () => {
    await on.block(-8, -8, 13, 12, 4);
    await on.room.key('Shift+P');
    await on.room.page.getByText('Erase', { exact: true }).click();
    await on.polygon('axial', on.rectangle(-2, -8, 2, 5));
    await on.room.page.getByText('Fill', { exact: true }).click();
    await on.room.key('o');
    await on.room.slide('Radius', '6.0 mm');
    const { before, after, tool } = await on.room.step(() => on.room.key('Enter'));
    expect(tool).toBe('Smooth');
    const reach = on.room.grid.spacing.map((s) => Math.round(6 / s));
    const near = on.shaped((v) => v.every((x, a) => Math.abs(x - on.middle[a]) < 24));
    for (const n of near) {
      const v = on.voxelOf(n);
      let [has, all] = [0, 0];
      for (let k = v[2] - reach[2]; k <= v[2] + reach[2]; k++)
        for (let j = v[1] - reach[1]; j <= v[1] + reach[1]; j++)
          for (let i = v[0] - reach[0]; i <= v[0] + reach[0]; i++) {
            if ([i, j, k].some((x, a) => x < 0 || x >= on.room.grid.shape[a])) continue;
            all++;
            if (before[on.room.index([i, j, k])] === LIVER) has++;
          }
      const want = 2 * has > all ? LIVER : 2 * has < all ? 0 : before[n];
      if (after[n] !== want) expect(after[n], String(v)).toBe(want);
    }
    expect(on.where(before, LIVER)).not.toEqual(on.where(after, LIVER));
  });

  it('interpolates between drawn slices, and moves with what runs aslant', async () => {
    await on.polygon('axial', on.rectangle(-12, -6, 11, 9));
    await on.room.toSlice('axial', on.middle[2] + 4);
    await on.polygon('axial', on.rectangle(-4, -6, 11, 9, 4));
    await on.room.key('i');
    const { after, tool } = await on.room.step(() => on.room.key('Enter'));
    expect(tool).toBe('Interpolate slices');
    // The same rectangle eight voxels further on after four slices: two a slice.
    expect(on.where(after, LIVER)).toEqual(
      on.shaped(
        (v) =>
          v[2] >= on.middle[2] &&
          v[2] <= on.middle[2] + 4 &&
          on.inRectangle(v, -12 + 2 * (v[2] - on.middle[2]), -6, 11, 9),
      ),
    );
  });

  it('slices: cut, pasted elsewhere and taken from a neighbour', async () => {
    const drawn = await on.polygon('axial', on.rectangle(-6, -4, 12, 7));
    const one = on.where(drawn.after, LIVER);
    const shifted = (by: number) =>
      new Set([...one].map((n) => n + by * on.room.grid.shape[0] * on.room.grid.shape[1]));
    const cut = await on.room.step(() => on.room.key('Control+x'));
    expect(on.where(cut.after, LIVER).size).toBe(0);
    await on.room.toSlice('axial', on.middle[2] + 3);
    const pasted = await on.room.step(() => on.room.key('Control+v'));
    expect(on.where(pasted.after, LIVER)).toEqual(shifted(3));
    await on.room.toSlice('axial', on.middle[2] + 2);
    const copied = await on.room.step(() => on.room.key('>'));
    expect(on.where(copied.after, LIVER)).toEqual(new Set([...shifted(3), ...shifted(2)]));
    expect([cut.tool, pasted.tool, copied.tool]).toEqual([
      'Cut slice',
      'Paste slice',
      'Copy from neighbour slice',
    ]);
  });

  it('scissors cut through every slice', async () => {
    await on.block(-10, -8, 20, 14, 3);
    await on.room.key('Shift+L');
    const line = [on.off(-14, -12), on.off(-0.5, -12), on.off(-0.5, 12), on.off(-14, 12)];
    const { before, after, tool } = await on.room.step(() => on.room.drag('axial', line));
    expect(tool).toBe('Scissors');
    expect(on.where(after, LIVER)).toEqual(
      new Set([...on.where(before, LIVER)].filter((n) => on.voxelOf(n)[0] >= on.middle[0])),
    );
  });

  it('combines, moves and swaps structures', async () => {
    await on.polygon('axial', on.rectangle(-10, -6, 10, 10));
    await on.room.key('2');
    await on.polygon('axial', on.rectangle(0, -6, 8, 10));
    await on.room.key('1');
    await on.room.key('Shift+M');
    const moved = await on.room.step(() => on.room.key('Shift+ArrowLeft'));
    expect(on.where(moved.after, LIVER)).toEqual(
      new Set([...on.where(moved.before, LIVER)].map((n) => n - 1)),
    );
    await on.room.key('Shift+O');
    const combine = (choice: string) =>
      on.room.step(async () => {
        await on.room.page.locator('select').filter({ hasText: 'Swap both' }).selectOption(choice);
        await on.room.page.getByRole('button', { name: 'Combine' }).last().click();
      });
    const swapped = await combine('swap');
    expect(swapped.after).toEqual(
      swapped.before.map((v) => (v === LIVER ? SPLEEN : v === SPLEEN ? LIVER : v)),
    );
    const added = await combine('add');
    expect(added.after).toEqual(added.before.map((v) => (v === SPLEEN ? LIVER : v)));
  });

  it('threshold to mask within another structure', async () => {
    await on.room.key('2');
    await on.polygon('axial', on.rectangle(-12, -12, 24, 24));
    await on.room.key('1');
    await on.room.key('Shift+H');
    const { values } = on.room;
    const inBox = [...on.shaped((v) => v[2] === on.middle[2] && on.inRectangle(v, -12, -12, 24, 24))]
      .map((n) => values[n])
      .sort((a, b) => a - b);
    const [low, high] = [inBox[Math.floor(inBox.length / 4)], inBox[Math.floor((3 * inBox.length) / 4)]];
    await on.room.page.getByRole('spinbutton', { name: 'From' }).fill(String(low));
    await on.room.page.getByRole('spinbutton', { name: 'to' }).fill(String(high));
    await on.room.page.getByText('Inside', { exact: true }).click();
    await on.room.page.screenshot({ path: join(shots, `tools-threshold-${file ? 'ct' : 'phantom'}.png`) });
    const { before, after, tool } = await on.room.step(() =>
      on.room.page.getByRole('button', { name: 'Threshold liver' }).click(),
    );
    await on.room.page.getByText('Anywhere', { exact: true }).click();
    expect(tool).toBe('Threshold');
    expect(after).toEqual(
      before.map((v, n) => (v === SPLEEN && values[n] >= low && values[n] <= high ? LIVER : v)),
    );
  });

  it('hollows to a wall of true millimetres', async () => {
    await on.block(-7, -7, 14, 11, 3);
    await on.room.key('m');
    await on.room.page.getByText('Hollow', { exact: true }).click();
    await on.room.slide('Wall', '4.0 mm');
    const { before, after, tool } = await on.room.step(() => on.room.key('Enter'));
    await on.room.page.getByText('Grow', { exact: true }).click();
    expect(tool).toBe('Hollow by 4 mm');
    const outside = [...on.shaped((v, n) => before[n] !== LIVER && on.mm(v, on.middle) < 60)].map(on.voxelOf);
    const wall = [...on.where(before, LIVER)].filter((n) => {
      const v = on.voxelOf(n);
      return outside.some((other) => on.mm(v, other) <= 4 + 1e-6);
    });
    expect(on.where(after, LIVER)).toEqual(new Set(wall));
  });

  it('islands: those below a size are removed', async () => {
    const sizes = [6, 9, 4];
    for (const [n, side] of sizes.entries())
      await on.polygon('axial', on.rectangle(-20 + 16 * n, -8, side, side));
    const { spacing } = on.room.grid;
    const voxelMl = (spacing[0] * spacing[1] * spacing[2]) / 1000;
    const ml = voxelMl > 0.02 ? '1.0 mL' : '0.10 mL';
    await on.room.key('k');
    await on.room.slide('Below', ml);
    const { before, after, tool } = await on.room.step(() =>
      on.room.page.getByRole('button', { name: 'Remove smaller islands' }).click(),
    );
    expect(tool).toBe('Remove small islands');
    const kept = new Set<number>();
    for (const [n, side] of sizes.entries()) {
      const island = on.reached(
        [on.room.index(on.off(-20 + 16 * n, -8))],
        CORNERS,
        (m) => before[m] === LIVER,
      );
      expect(island.size).toBe(side * side);
      if (island.size * voxelMl >= Number.parseFloat(ml)) for (const m of island) kept.add(m);
    }
    expect(on.where(after, LIVER)).toEqual(kept);
    expect(kept.size).toBeLessThan(on.where(before, LIVER).size);
  });

  it('subtracts another structure with a margin, and moves through slices', async () => {
    await on.polygon('axial', on.rectangle(-10, -6, 10, 10));
    await on.room.key('2');
    await on.polygon('axial', on.rectangle(0, -6, 4, 10));
    await on.room.key('1');
    await on.room.key('Shift+O');
    await on.room.page.locator('select').filter({ hasText: 'Swap both' }).selectOption('subtract');
    await on.room.slide('Grown by', '6.0 mm');
    const less = await on.room.step(() =>
      on.room.page.getByRole('button', { name: 'Combine' }).last().click(),
    );
    await on.room.slide('Grown by', '0.0 mm');
    const spleen = [...on.where(less.before, SPLEEN)].map(on.voxelOf);
    const far = [...on.where(less.before, LIVER)].filter((n) => {
      const v = on.voxelOf(n);
      return spleen.every((other) => on.mm(v, other) > 6 + 1e-6);
    });
    expect(on.where(less.after, LIVER)).toEqual(new Set(far));
    expect(far.length).toBeLessThan(100);
    await on.room.key('Shift+M');
    const moved = await on.room.step(() => on.room.page.getByRole('button', { name: 'Slice on' }).click());
    const [nx, ny] = on.room.grid.shape;
    const steps = new Set(
      [...on.where(moved.after, LIVER)].map((n) => Math.floor(n / nx / ny) - on.middle[2]),
    );
    expect([1, -1]).toContain([...steps][0]);
    expect(steps.size).toBe(1);
    const [step] = steps;
    expect(on.where(moved.after, LIVER)).toEqual(
      new Set([...on.where(moved.before, LIVER)].map((n) => n + step * nx * ny)),
    );
  });

  it(`undo takes each of these back as one step (${name})`, async () => {
    await on.block(-7, -7, 14, 11, 2);
    await on.room.key('m');
    const { before } = await on.room.step(() => on.room.key('Enter'));
    await on.room.step(() => on.room.key('Control+z'));
    expect(await on.room.mask()).toEqual(before);
    expect(on.dice(on.where(before, LIVER), on.where(await on.room.mask(), LIVER))).toBe(1);
  });
});
