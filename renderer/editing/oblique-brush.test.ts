// The brush on planes at any angle against every voxel of the grid looked at one by one.
import { describe, expect, it } from 'vitest';
import type { Triple } from '../../electron/contract/geometry.ts';
import { sweep, type BrushTip } from './brush.ts';
import type { DrawingPlane } from './drawing-plane.ts';
import { randomNumbers } from './operations/random-blocks.ts';

const shape: Triple = [23, 19, 17];
const spacing: Triple = [0.7, 0.9, 2.1];
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, n) => sum + v * b[n], 0);

/** A plane turned about two axes, as the view does it. */
function planeAt(turn: number, tilt: number): DrawingPlane {
  const [ct, st, cu, su] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
  const right: Triple = [ct, 0, st];
  const down: Triple = [-st * su, cu, ct * su];
  const normal: Triple = [-st * cu, -su, ct * cu];
  expect([dot(right, down), dot(right, normal), dot(down, normal)].every((v) => Math.abs(v) < 1e-12)).toBe(
    true,
  );
  return { right, down, normal };
}

function drawn(tip: BrushTip, from: Triple, to: Triple): Set<number> {
  const seen = new Set<number>();
  const box = sweep({ shape, spacing }, tip, from, to, (start, length) => {
    for (let n = start; n < start + length; n++) seen.add(n);
  });
  for (const n of seen) {
    const voxel = [n % shape[0], Math.floor(n / shape[0]) % shape[1], Math.floor(n / shape[0] / shape[1])];
    expect(voxel.every((v, axis) => v >= box!.low[axis] && v <= box!.high[axis])).toBe(true);
  }
  return seen;
}

/** Voxels that the plane passes through and from which the segment, seen along the normal, is within reach. */
function expected(tip: BrushTip, from: Triple, to: Triple): Set<number> {
  const { right, down, normal } = tip.plane!;
  const mm = (v: readonly number[]) => v.map((x, axis) => (x - from[axis]) * spacing[axis]);
  const thick = spacing.reduce((sum, s, axis) => sum + Math.abs(normal[axis]) * s, 0) / 2;
  const end = [dot(mm(to), right), dot(mm(to), down)];
  const found = new Set<number>();
  for (let k = 0, n = 0; k < shape[2]; k++)
    for (let j = 0; j < shape[1]; j++)
      for (let i = 0; i < shape[0]; i++, n++) {
        const at = mm([i, j, k]);
        if (Math.abs(dot(at, normal)) > thick) continue;
        const p = [dot(at, right), dot(at, down)];
        // The nearest of many places along the way.
        let nearest = Infinity;
        for (let s = 0; s <= 2000; s++) {
          const away = p.map((v, axis) => Math.abs(v - (end[axis] * s) / 2000));
          nearest = Math.min(nearest, tip.shape === 'round' ? Math.hypot(...away) : Math.max(...away));
        }
        if (nearest <= tip.radiusMm) found.add(n);
      }
  return found;
}

describe('the brush on an oblique plane', () => {
  it.each([1, 2, 3, 4, 5, 6])('covers what the plane passes through under the swept tip (%i)', (seed) => {
    const random = randomNumbers(seed);
    for (const form of ['round', 'square'] as const) {
      const plane = planeAt(random() * 3 - 1.5, random() * 3 - 1.5);
      const from = shape.map((n) => n * (0.3 + 0.4 * random())) as Triple;
      const [x, y] = [random() * 6 - 3, random() * 6 - 3];
      const to = from.map((v, a) => v + (plane.right[a] * x + plane.down[a] * y) / spacing[a]) as Triple;
      const tip: BrushTip = { shape: form, radiusMm: 1.5 + 2 * random(), flatAxis: null, plane };
      const want = expected(tip, from, to);
      expect(want.size).toBeGreaterThan(5);
      // A place between two of the test's own along the way may be a hair nearer.
      const got = drawn(tip, from, to);
      expect([...want].filter((n) => !got.has(n))).toEqual([]);
      expect([...got].filter((n) => !want.has(n)).length).toBeLessThan(2);
    }
  });

  it('covers the voxels under its middle where it is too small to hold one', () => {
    const plane = planeAt(0.4, -0.3);
    const tip: BrushTip = { shape: 'round', radiusMm: 0.2, flatAxis: null, plane };
    const from: Triple = [5.5, 5.5, 5.5];
    expect(drawn(tip, from, from).size).toBeGreaterThan(0);
    const to = from.map((v, a) => v + (plane.right[a] * 5) / spacing[a]) as Triple;
    // Without a gap: each voxel touches the one before.
    const way = [...drawn(tip, from, to)].map((n) => n % shape[0]).sort((a, b) => a - b);
    for (let n = 1; n < way.length; n++) expect(way[n] - way[n - 1]).toBeLessThanOrEqual(1);
  });

  it('is one slice where the plane lies along the volume, and nothing outside it', () => {
    const plane = planeAt(0, 0);
    const tip: BrushTip = { shape: 'round', radiusMm: 3, flatAxis: null, plane };
    const flat: BrushTip = { shape: 'round', radiusMm: 3, flatAxis: 2 };
    const [from, to]: [Triple, Triple] = [
      [4.2, 6.1, 8],
      [11.7, 9.4, 8],
    ];
    expect(drawn(tip, from, to)).toEqual(drawn(flat, from, to));
    expect(drawn(tip, [-40, 3, 8], [-35, 3, 8]).size).toBe(0);
  });
});
