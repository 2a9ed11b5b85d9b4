// The brush against brute force: every voxel whose centre a densely sampled tip covers, and no other.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Triple } from '../../electron/contract/geometry.ts';
import { sweep, type BrushTip } from './brush.ts';

const SAMPLES = 800;
const grid = { shape: [17, 13, 9] as Triple, spacing: [0.7, 1.1, 2.9] as Triple };

function painted(
  tip: BrushTip,
  from: Triple,
  to: Triple,
): { voxels: Set<number>; box: ReturnType<typeof sweep> } {
  const voxels = new Set<number>();
  const box = sweep(grid, tip, from, to, (start, length) => {
    expect(length).toBeGreaterThan(0);
    for (let n = start; n < start + length; n++) voxels.add(n);
  });
  return { voxels, box };
}

/** How far the voxel is outside the tip at its nearest, mm; at most 0 means covered. Samples the segment densely. */
function distanceOutside(tip: BrushTip, from: Triple, to: Triple, voxel: Triple): number {
  const axes = [0, 1, 2].filter((axis) => axis !== tip.flatAxis);
  if (tip.flatAxis !== null && voxel[tip.flatAxis] !== Math.round(from[tip.flatAxis])) return Infinity;
  let least = Infinity;
  for (let n = 0; n <= SAMPLES; n++) {
    const t = n / SAMPLES;
    const off = axes.map((a) => Math.abs(voxel[a] - (from[a] + t * (to[a] - from[a]))) * grid.spacing[a]);
    const reach = tip.shape === 'round' ? Math.hypot(...off) : Math.max(...off);
    least = Math.min(least, reach - tip.radiusMm);
  }
  return least;
}

function* voxelsOfGrid(): Generator<[number, Triple]> {
  const [nx, ny, nz] = grid.shape;
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++) for (let i = 0; i < nx; i++) yield [i + nx * (j + ny * k), [i, j, k]];
}

const position = fc.tuple(
  fc.double({ min: -4, max: 20, noNaN: true }),
  fc.double({ min: -4, max: 16, noNaN: true }),
  fc.double({ min: -3, max: 11, noNaN: true }),
) as fc.Arbitrary<Triple>;

describe('the brush', () => {
  const tips = fc.record({
    shape: fc.constantFrom('round' as const, 'square' as const),
    radiusMm: fc.double({ min: 0.2, max: 6, noNaN: true }),
    flatAxis: fc.constantFrom(0 as const, 1 as const, 2 as const, null),
  });

  it('covers what the tip swept along the segment covers, clipped at the border', () => {
    fc.assert(
      fc.property(tips, position, position, (tip, from, to) => {
        if (tip.flatAxis !== null) to[tip.flatAxis] = from[tip.flatAxis] = Math.round(from[tip.flatAxis]);
        const { voxels, box } = painted(tip, from, to);
        for (const [index, voxel] of voxelsOfGrid()) {
          const isPainted = voxels.has(index);
          const outside = distanceOutside(tip, from, to, voxel);
          // Samples lie up to 0.05 mm apart: as far from the edge there is doubt.
          const right =
            outside <= 0 ? isPainted : outside < 0.05 || !isPainted || isPassed(tip, from, to, voxel);
          const inBox = !isPainted || voxel.every((v, a) => v >= box!.low[a] && v <= box!.high[a]);
          if (!right || !inBox) expect.fail(`voxel ${voxel}: painted ${isPainted}, ${outside} mm outside`);
        }
      }),
      { numRuns: 60 },
    );
  });

  /** A voxel outside the tip may be painted only where the tip is thin and its middle passes through it. */
  function isPassed(tip: BrushTip, from: Triple, to: Triple, voxel: Triple): boolean {
    const axes = [0, 1, 2].filter((axis) => axis !== tip.flatAxis);
    if (tip.radiusMm >= Math.hypot(...axes.map((a) => grid.spacing[a])) / 2) return false;
    for (let n = 0; n <= SAMPLES; n++) {
      const off = axes.map((a) => Math.abs(voxel[a] - (from[a] + (n / SAMPLES) * (to[a] - from[a]))));
      if (Math.max(...off) < 0.53) return true;
    }
    return false;
  }

  it('paints one disc the size of its radius', () => {
    const { voxels } = painted({ shape: 'round', radiusMm: 2.2, flatAxis: 2 }, [8, 6, 4], [8, 6, 4]);
    const expected = [...voxelsOfGrid()].filter(
      ([, [i, j, k]]) => k === 4 && ((i - 8) * 0.7) ** 2 + ((j - 6) * 1.1) ** 2 <= 2.2 ** 2 + 1e-9,
    );
    expect([...voxels].sort((a, b) => a - b)).toEqual(expected.map(([index]) => index));
    expect(expected.length).toBeGreaterThan(15);
  });

  it('leaves no gap along a fast move with a thin tip: neighbours touch all the way', () => {
    for (const shape of ['round', 'square'] as const) {
      const { voxels } = painted({ shape, radiusMm: 0.1, flatAxis: 2 }, [1.3, 0.8, 3], [15.2, 11.4, 3]);
      const cells = [...voxels].map((n) => [n % 17, Math.floor(n / 17) % 13]);
      // Flood from the first cell over sides and corners.
      const reached = new Set([0]);
      for (const at of reached) {
        cells.forEach(([i, j], n) => {
          if (Math.abs(i - cells[at][0]) <= 1 && Math.abs(j - cells[at][1]) <= 1) reached.add(n);
        });
      }
      expect(reached.size).toBe(cells.length);
      expect(cells.some(([i, j]) => i === 1 && j === 1)).toBe(true);
      expect(cells.some(([i, j]) => i === 15 && j === 11)).toBe(true);
      expect(cells.length).toBeLessThan(30);
    }
  });

  it('paints with a tip thinner than a voxel, in every plane and as a ball', () => {
    for (const flatAxis of [0, 1, 2, null] as const) {
      for (const at of [
        [8.4, 6.4, 4.4],
        [8.6, 5.5, 4.49],
      ] as Triple[]) {
        if (flatAxis !== null) at[flatAxis] = Math.round(at[flatAxis]);
        const { voxels } = painted({ shape: 'round', radiusMm: 0.05, flatAxis }, at, at);
        expect(voxels.size).toBeGreaterThan(0);
        expect(voxels.size).toBeLessThanOrEqual(2);
      }
    }
  });

  it('is as thin as its cursor says where voxels are long', () => {
    // Coronal: 0.7 mm across, 2.9 mm down. A 2 mm brush is 3 voxels wide, not as wide as voxels are long.
    const { voxels } = painted({ shape: 'round', radiusMm: 1, flatAxis: 1 }, [8, 6, 4], [8, 6, 4]);
    expect([...voxels]).toEqual([7, 8, 9].map((i) => i + 17 * (6 + 13 * 4)));
  });

  it('leaves out nothing when each move draws only beyond the last one', () => {
    fc.assert(
      fc.property(tips, fc.array(position, { minLength: 2, maxLength: 6 }), (tip, path) => {
        if (tip.flatAxis !== null)
          for (const at of path) at[tip.flatAxis] = Math.round(path[0][tip.flatAxis]);
        const draw = (onward: boolean) => {
          const voxels = new Set<number>();
          path.forEach((at, n) => {
            const visit = (start: number, length: number) => {
              expect(length).toBeGreaterThan(0);
              for (let index = start; index < start + length; index++) voxels.add(index);
            };
            sweep(grid, tip, path[Math.max(0, n - 1)], at, visit, onward && n > 0);
          });
          return [...voxels].sort((a, b) => a - b);
        };
        expect(draw(true)).toEqual(draw(false));
      }),
      { numRuns: 400 },
    );
  });

  it('visits what a large ball moves, not what it holds', () => {
    const fine = { shape: [120, 120, 120] as Triple, spacing: [1, 1, 1] as Triple };
    for (const shape of ['round', 'square'] as const) {
      const visits = (onward: boolean) => {
        let sum = 0;
        const tip = { shape, radiusMm: 40, flatAxis: null };
        sweep(fine, tip, [60.3, 60.3, 60.3], [62.1, 61.2, 60.3], (_start, length) => (sum += length), onward);
        return sum;
      };
      expect(visits(true)).toBeLessThan(visits(false) / 10);
      expect(visits(true)).toBeGreaterThan(0);
    }
  });

  it('visits nothing outside the volume', () => {
    const tip = { shape: 'round', radiusMm: 2, flatAxis: 2 } as const;
    expect(painted(tip, [-30, 2, 3], [-12, 4, 3]).box).toBeNull();
    expect(painted(tip, [5, 5, 9], [5, 5, 9]).voxels.size).toBe(0);
    expect(painted(tip, [NaN, 5, 4], [5, 5, 4]).voxels.size).toBe(0);
  });
});
