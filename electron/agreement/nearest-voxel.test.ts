// The tree's distances are those of every point against every point, near and far, few and many.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildPointTree, directedDistances } from './nearest-voxel.ts';

const coordinates = (limit: number) =>
  fc
    .array(fc.tuple(fc.nat(limit), fc.nat(limit), fc.nat(limit)), { minLength: 1, maxLength: 120 })
    .map((triples) => Int32Array.from(triples.flat()));

it.each([6, 60, 5000])('equals brute force on grids of %i voxels a side', (limit) => {
  const spacing = fc.tuple(
    ...[0, 1, 2].map(() => fc.double({ min: 0.05, max: 20, noNaN: true })),
  ) as fc.Arbitrary<[number, number, number]>;
  fc.assert(
    fc.property(coordinates(limit), coordinates(limit), spacing, (from, to, mm) => {
      const [fromTree, toTree] = [buildPointTree(from, mm), buildPointTree(to, mm)];
      const found = directedDistances(fromTree, toTree);
      expect(found).toHaveLength(from.length / 3);
      found.forEach((distance, n) => {
        let best = Infinity;
        for (let at = 0; at < to.length; at += 3) {
          const offset = [0, 1, 2].map((axis) => to[at + axis] * mm[axis] - fromTree.points[n * 3 + axis]);
          best = Math.min(best, Math.hypot(...offset));
        }
        expect(Math.abs(distance - best)).toBeLessThanOrEqual(1e-9 * Math.max(1, best));
      });
    }),
    { numRuns: 60 },
  );
});

it('keeps every point', () => {
  const voxels = Int32Array.from({ length: 3 * 1000 }, (_, n) => (n * 7919) % 501);
  const sorted = (values: ArrayLike<number>) =>
    Array.from({ length: values.length / 3 }, (_, n) =>
      [0, 1, 2].map((axis) => values[n * 3 + axis]).join(),
    ).sort();
  expect(sorted(buildPointTree(voxels, [1, 1, 1]).points)).toEqual(sorted(voxels));
});
