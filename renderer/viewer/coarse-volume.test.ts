// The thinned volume: small enough, cubes stay about cubes, and each value is the one of its place.
import { describe, expect, it } from 'vitest';
import type { Grid } from '../../electron/contract/geometry.ts';
import { coarseVolume, thinning } from './coarse-volume.ts';

describe('the thinned volume', () => {
  it('thins the finest axes first and no more than it must', () => {
    expect(thinning([100, 100, 50], [1, 1, 1], 500_000)).toEqual([1, 1, 1]);
    expect(thinning([512, 512, 100], [0.5, 0.5, 3], 6_000_000)).toEqual([3, 2, 1]);
    const step = thinning([512, 512, 300], [0.8, 0.8, 1], 6_000_000);
    expect(step.reduce((size, n, axis) => size * Math.ceil([512, 512, 300][axis] / n), 1)).toBeLessThan(
      6_000_001,
    );
    expect(thinning([1, 9000, 9000], [1, 1, 1], 1_000_000)[0]).toBe(1);
  });

  it('takes each value from its place, and stops when nobody wants it', async () => {
    const grid = {
      shape: [6, 5, 4],
      spacing: [1, 1, 2],
      origin: [0, 0, 0],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    } as Grid;
    const voxels = Int16Array.from({ length: 120 }, (_, n) => n);
    const coarse = await coarseVolume({ grid, voxels }, () => false, 40);
    const step = thinning(grid.shape, grid.spacing, 40);
    expect(coarse!.values).toBeInstanceOf(Int16Array);
    expect(coarse!.spacing).toEqual(grid.spacing.map((mm, axis) => mm * step[axis]));
    const [nx, ny, nz] = coarse!.shape;
    for (let k = 0; k < nz; k++)
      for (let j = 0; j < ny; j++)
        for (let i = 0; i < nx; i++)
          expect(coarse!.values[i + nx * (j + ny * k)]).toBe(
            voxels[i * step[0] + 6 * (j * step[1] + 5 * k * step[2])],
          );
  });
});
