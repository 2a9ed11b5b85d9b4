// Distances are those of every voxel against every voxel: near and far, few and many, by rows and by tree.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestDistances } from './nearest-voxel.ts';
import { buildPointTree, NearestPoint } from './point-tree.ts';

type Spacing = [number, number, number];
const spacing = fc.tuple(
  ...[0, 1, 2].map(() => fc.double({ min: 0.05, max: 20, noNaN: true })),
) as fc.Arbitrary<Spacing>;

/** Distinct voxels in scan order. */
const voxels = (limit: number, most = 120) =>
  fc
    .array(fc.tuple(fc.nat(limit), fc.nat(limit), fc.nat(limit)), { minLength: 1, maxLength: most })
    .map((triples) => {
      const inOrder = triples.toSorted((a, b) => a[2] - b[2] || a[1] - b[1] || a[0] - b[0]);
      return Int32Array.from(inOrder.filter((t, n) => n === 0 || t.join() !== inOrder[n - 1].join()).flat());
    });

function bruteForce(from: Int32Array, to: Int32Array, mm: Spacing): number[] {
  return Array.from({ length: from.length / 3 }, (_, n) => {
    let best = Infinity;
    for (let at = 0; at < to.length; at += 3) {
      const offset = [0, 1, 2].map((axis) => (to[at + axis] - from[n * 3 + axis]) * mm[axis]);
      best = Math.min(best, Math.hypot(...offset));
    }
    return best;
  });
}

function expectClose(found: ArrayLike<number>, expected: number[]): void {
  expect(found).toHaveLength(expected.length);
  expected.forEach((distance, n) => {
    expect(Math.abs(found[n] - distance)).toBeLessThanOrEqual(1e-9 * Math.max(1, distance));
  });
}

describe('nearestDistances', () => {
  it.each([3, 12, 60, 5000])('equals brute force on grids of %i voxels a side', (limit) => {
    fc.assert(
      fc.property(voxels(limit), voxels(limit), spacing, (from, to, mm) => {
        expectClose(nearestDistances(from, to, mm), bruteForce(from, to, mm));
      }),
      { numRuns: limit > 100 ? 30 : 120 },
    );
  });
  it('equals brute force where rows are long and where slices are far apart', () => {
    const plane = (k: number) =>
      Int32Array.from({ length: 3 * 900 }, (_, n) => [Math.floor(n / 3) % 60, Math.floor(n / 180), k][n % 3]);
    for (const mm of [
      [1, 1, 1],
      [0.1, 5, 30],
      [30, 0.1, 0.1],
      [5, 30, 0.02],
    ] satisfies Spacing[]) {
      for (const gap of [0, 1, 7, 40]) {
        const [from, to] = [plane(0), plane(gap).filter((_, n) => Math.floor(n / 3) % 7 !== 0)];
        expectClose(nearestDistances(from, to, mm), bruteForce(from, to, mm));
      }
    }
  });
  it('refuses to measure from or to nothing', () => {
    expect(() => nearestDistances(Int32Array.of(), Int32Array.of(0, 0, 0), [1, 1, 1])).toThrow(RangeError);
    expect(() => buildPointTree(Int32Array.of(), [1, 1, 1])).toThrow(RangeError);
  });
});

describe('NearestPoint', () => {
  it.each([6, 60, 5000])('equals brute force on grids of %i voxels a side', (limit) => {
    fc.assert(
      fc.property(voxels(limit), voxels(limit), spacing, (from, to, mm) => {
        const tree = new NearestPoint(buildPointTree(to, mm));
        const found = bruteForce(from, to, mm).map((_, n) =>
          Math.sqrt(tree.squared(from[n * 3] * mm[0], from[n * 3 + 1] * mm[1], from[n * 3 + 2] * mm[2])),
        );
        expectClose(found, bruteForce(from, to, mm));
      }),
      { numRuns: 60 },
    );
  });
  it('keeps every point', () => {
    const all = Int32Array.from({ length: 3 * 1000 }, (_, n) => (n * 7919) % 501);
    const sorted = (values: ArrayLike<number>) =>
      Array.from({ length: values.length / 3 }, (_, n) =>
        [0, 1, 2].map((axis) => values[n * 3 + axis]).join(),
      ).sort();
    expect(sorted(buildPointTree(all, [1, 1, 1]).points)).toEqual(sorted(all));
  });
});
