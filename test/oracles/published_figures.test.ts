// Worked examples that other projects publish for overlap, kappa and surface distances, with their sources.
import { describe, expect, it } from 'vitest';
import { binaryKappa } from '../../electron/agreement/overlap.ts';
import { compareMasks } from '../../electron/agreement/index.ts';
import { surfaceMetrics } from '../../electron/agreement/surface-distances.ts';
import { DEFAULT_SETTINGS, type Shape, type Spacing } from '../../electron/agreement/types.ts';

function filled(shape: Shape, inside: (i: number, j: number, k: number) => boolean): Uint8Array {
  const [nx, ny] = shape;
  const mask = new Uint8Array(nx * ny * shape[2]);
  for (let at = 0; at < mask.length; at++) {
    if (inside(at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny)))) mask[at] = 1;
  }
  return mask;
}

describe('Project-MONAI/MONAI d388d1c6f tests/metrics (Apache-2.0): spheres on a 99³ grid', () => {
  type Sphere = [radius: number, centre: [number, number, number]];
  const shape = [99, 99, 99] as const;
  const compare = (a: Sphere, b: Sphere, spacing: Spacing = [1, 1, 1]) => {
    const [first, second] = [a, b].map(([radius, centre]) =>
      filled(shape, (...voxel) => {
        const squared = voxel.map((v, axis) => (v * spacing[axis] - centre[axis]) ** 2);
        return squared[0] + squared[1] + squared[2] <= radius * radius;
      }),
    );
    return compareMasks(first, second, { shape, spacing }, [1])[0].surface;
  };

  it.each<[Sphere, Sphere, Spacing, number]>([
    [[20, [20, 20, 20]], [20, [19, 19, 19]], [1, 1, 1], 1.7320508075688772],
    [[33, [19, 33, 22]], [33, [20, 33, 22]], [1, 1, 1], 1],
    [[20, [20, 33, 22]], [40, [20, 33, 22]], [1, 1, 1], 20.223748416156685],
    [[20, [20, 20, 20]], [20, [19, 19, 19]], [0.85, 1.2, 0.9], 2.2671568],
    [[15, [20, 33, 22]], [30, [20, 33, 22]], [0.85, 1.2, 0.9], 15.62594],
  ])('Hausdorff of %j and %j at %j mm', (a, b, spacing, expected) => {
    expect(compare(a, b, spacing).hausdorffMm! / expected).toBeCloseTo(1, 6);
  });

  it('95th percentile is the larger directed one', () => {
    expect(compare([20, [20, 33, 22]], [40, [20, 33, 22]]).hd95MaxMm).toBeCloseTo(20.09975124224178, 6);
  });

  it.each<[Sphere, Sphere, Spacing, number]>([
    [[33, [19, 33, 22]], [33, [20, 33, 22]], [1, 1, 1], 0.350217],
    [[20, [20, 33, 22]], [40, [20, 33, 22]], [1, 1, 1], 15.117741],
    [[33, [42, 45, 52]], [33, [43, 45, 52]], [0.85, 1.2, 0.9], 0.4951],
  ])('average symmetric surface distance of %j and %j at %j mm', (a, b, spacing, expected) => {
    expect(Math.abs(compare(a, b, spacing).assdMm! - expected)).toBeLessThan(6e-5);
  });
});

describe('google-deepmind/surface-distance 1f805ce (Apache-2.0)', () => {
  // Its mean distances and surface Dice weigh surface elements by area, ours count voxels: only maxima can agree.
  it('two voxels', () => {
    const shape = [128, 128, 128] as const;
    const a = filled(shape, (i, j, k) => i === 50 && j === 60 && k === 70);
    const b = filled(shape, (i, j, k) => i === 50 && j === 60 && k === 72);
    const [found] = compareMasks(a, b, { shape, spacing: [3, 2, 1] }, [1]);
    expect(found.dice).toBe(0);
    expect(found.surface).toMatchObject({ hausdorffMm: 2, hd95PooledMm: 2, hd95MaxMm: 2, hd95MeanMm: 2 });
  });

  it('two half cubes', () => {
    const shape = [100, 100, 100] as const;
    const [found] = compareMasks(
      filled(shape, (i) => i < 50),
      filled(shape, (i) => i < 51),
      { shape, spacing: [2, 1, 1] },
      [1],
    );
    expect(found.dice).toBeCloseTo(0.99, 3);
    expect(found.surface).toMatchObject({ hausdorffMm: 2, hd95MaxMm: 2 });
  });
});

describe('Project-MONAI/MetricsReloaded cb38dfc test_pairwise_measures.py (Apache-2.0)', () => {
  // Plane masks: the surface is taken in the plane here, for in a volume one slice is all surface.
  const edge = (inside: (i: number, j: number) => boolean, n: number): Int32Array => {
    const at = (i: number, j: number) => i >= 0 && j >= 0 && i < n && j < n && inside(i, j);
    const found: number[] = [];
    for (let j = 0; j < n; j++)
      for (let i = 0; i < n; i++) {
        const buried = at(i - 1, j) && at(i + 1, j) && at(i, j - 1) && at(i, j + 1);
        if (at(i, j) && !buried) found.push(i, j, 0);
      }
    return Int32Array.from(found);
  };
  const square = (low: number, high: number) => (i: number, j: number) =>
    i >= low && i < high && j >= low && j < high;
  const cross = (i: number, j: number) =>
    square(3, 8)(i, j) || (i === 5 && j >= 1 && j <= 9) || (j === 5 && i >= 1 && i <= 9);
  const measure = (a: Int32Array, b: Int32Array, nsdToleranceMm = 1) =>
    surfaceMetrics(a, b, [1, 1, 1], { ...DEFAULT_SETTINGS, nsdToleranceMm });

  it.each([
    ['smaller square', square(6, 8), { hausdorffMm: 1.41, masdMm: 1.07, assdMm: 1.1, nsd: 0.75 }],
    ['larger square', square(4, 10), { hausdorffMm: 1.41, masdMm: 1.04, assdMm: 1.05, nsd: 0.875 }],
  ])('%s', (_, inside, expected) => {
    const found = measure(edge(square(5, 9), 14), edge(inside, 14));
    for (const [key, value] of Object.entries(expected)) {
      expect(Math.abs(found[key as keyof typeof expected]! - value), key).toBeLessThanOrEqual(0.01);
    }
  });

  it('a far voxel moves the maximum more than the percentile', () => {
    const far = (i: number, j: number) => square(9, 12)(i, j) || (i === 1 && j === 1);
    const found = measure(edge(far, 14), edge(square(9, 12), 14));
    expect(found.hausdorffMm).toBeCloseTo(11.31, 2);
    expect(found.hd95MaxMm).toBeCloseTo(6.79, 2);
  });

  it('a square with whiskers', () => {
    const [a, b] = [edge(square(3, 8), 11), edge(cross, 11)];
    const found = measure(a, b);
    expect(Math.abs(found.assdMm! - 0.44)).toBeLessThanOrEqual(0.01);
    expect(Math.abs(found.masdMm! - 0.425)).toBeLessThanOrEqual(0.01);
    expect(Math.abs(found.nsd! - 0.89)).toBeLessThanOrEqual(0.01);
    expect(measure(a, b, 2).nsd).toBe(1);
  });

  it.each([
    [45, 5, 10, 40, 0.7, 0.01],
    [81, 9, 2, 8, 0.53, 0.01],
    [1499, 500, 0, 1, 0.003, 0.001],
  ])('kappa of tp %i, fn %i, fp %i, tn %i', (tp, fn, fp, tn, expected, tolerance) => {
    const kappa = binaryKappa(tp + fn, tp + fp, tp, tp + fn + fp + tn)!;
    expect(Math.abs(kappa - expected)).toBeLessThanOrEqual(tolerance);
  });
});
