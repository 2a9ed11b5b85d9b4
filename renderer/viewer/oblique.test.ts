// The oblique plane: unturned it is the plane it came from, turned it is still a rotation, and what it samples is exact
// wherever the exact value is known.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Grid, Triple } from '../../electron/contract/geometry.ts';
import { planeWalk, samplePlane } from '../editing/plane-walk.ts';
import { labelsOblique, obliqueAxes, obliqueLetters, obliqueTrace } from './oblique.ts';
import { edgeLetters, PLANES } from './slice-geometry.ts';
import { walkOf } from './slice-raster.ts';

const grid: Grid = {
  shape: [12, 10, 8],
  spacing: [0.8, 1.1, 2.5],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const [nx, ny, nz] = grid.shape;
const dot = (a: Triple, b: Triple) => a.reduce((sum, v, axis) => sum + v * b[axis], 0);
const angle = fc.integer({ min: -180, max: 180 });

describe('the oblique plane', () => {
  it('has axes of unit length at right angles, whatever its angles', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PLANES), angle, angle, (from, turn, tilt) => {
        const { right, down, away } = obliqueAxes({ from, turn, tilt });
        for (const axis of [right, down, away]) expect(dot(axis, axis)).toBeCloseTo(1, 9);
        expect(dot(right, down)).toBeCloseTo(0, 9);
        expect(dot(right, away)).toBeCloseTo(0, 9);
        expect(dot(down, away)).toBeCloseTo(0, 9);
      }),
    );
  });

  it.each(PLANES)('unturned is the %s plane itself, letters and voxels', (from) => {
    const axes = obliqueAxes({ from, turn: 0, tilt: 0 });
    expect(obliqueLetters(grid, axes)).toEqual(edgeLetters(grid, from));
    const cube = { ...grid, shape: [9, 9, 9] as Triple, spacing: [1, 1, 1] as Triple };
    const voxels = Int16Array.from({ length: 729 }, (_, n) => (n * 31) % 500);
    const walk = planeWalk(cube, axes, [4, 4, 4], 1, 9, 9);
    const out = new Float32Array(81);
    samplePlane(voxels, cube.shape, walk, out);
    const straight = walkOf(cube, from, 4);
    for (let d = 0; d < 9; d++)
      for (let a = 0; a < 9; a++)
        expect(out[a + 9 * d]).toBeCloseTo(
          voxels[straight.start + a * straight.stepA + d * straight.stepD],
          4,
        );
  });

  it('reads a linear field exactly and nothing outside the volume', () => {
    const field = (x: number, y: number, z: number) => 3 * x - 2 * y + 5 * z + 7;
    const voxels = Float32Array.from({ length: nx * ny * nz }, (_, n) =>
      field(n % nx, Math.floor(n / nx) % ny, Math.floor(n / (nx * ny))),
    );
    fc.assert(
      fc.property(fc.constantFrom(...PLANES), angle, angle, (from, turn, tilt) => {
        const walk = planeWalk(grid, obliqueAxes({ from, turn, tilt }), [5.3, 4.6, 3.2], 0.7, 21, 17);
        const out = new Float32Array(21 * 17);
        samplePlane(voxels, grid.shape, walk, out);
        for (let d = 0; d < 17; d++)
          for (let a = 0; a < 21; a++) {
            const [x, y, z] = walk.first.map((v, axis) => v + walk.across[axis] * a + walk.down[axis] * d);
            const within = x >= 0 && y >= 0 && z >= 0 && x <= nx - 1 && y <= ny - 1 && z <= nz - 1;
            const outside = [x / nx, y / ny, z / nz].some(
              (v, n) => v * grid.shape[n] < -0.51 || v * grid.shape[n] > grid.shape[n] - 0.49,
            );
            if (within) expect(out[a + 21 * d]).toBeCloseTo(field(x, y, z), 2);
            if (outside) expect(out[a + 21 * d]).toBeNaN();
          }
      }),
      { numRuns: 30 },
    );
  });

  it('shows the label of the nearest voxel', () => {
    const labels = Uint8Array.from({ length: nx * ny * nz }, (_, n) => n % 3);
    const palette = new Uint32Array(256).map((_, label) => label * 10);
    const walk = planeWalk(
      grid,
      obliqueAxes({ from: 'coronal', turn: 31, tilt: -12 }),
      [6, 5, 4],
      0.5,
      15,
      15,
    );
    const pixels = new Uint32Array(225);
    labelsOblique(labels, grid.shape, walk, palette, pixels);
    const [x, y, z] = walk.first.map((v, axis) =>
      Math.round(v + walk.across[axis] * 7 + walk.down[axis] * 7),
    );
    expect(pixels[7 + 15 * 7]).toBe(palette[labels[x + nx * (y + ny * z)]]);
  });

  it('meets the other planes in lines that lie in it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PLANES),
        angle,
        angle,
        fc.constantFrom(...PLANES),
        (from, turn, tilt, plane) => {
          const axes = obliqueAxes({ from, turn, tilt });
          const centre: Triple = [5, 4, 3];
          const trace = obliqueTrace(grid, axes, centre, plane, 2);
          if (!trace) return;
          for (const along of [-3, 0, 4]) {
            const mm = trace.point.map(
              (v, axis) => (v + trace.direction[axis] * along - centre[axis]) * grid.spacing[axis],
            ) as Triple;
            expect(dot(mm, axes.away)).toBeCloseTo(0, 6);
          }
        },
      ),
    );
  });
});
