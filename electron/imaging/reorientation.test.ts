// All 48 orientations: there and back exactly, and every voxel stays where it was in the patient.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orientationCode, voxelToPatient, type Grid, type Triple } from '../contract/geometry.ts';
import {
  ReorientationSchema,
  canonicalise,
  fromOriginalGrid,
  reorientationOf,
  toOriginalGrid,
} from './reorientation.ts';
import type { Volume, Voxels } from './volume.ts';

const PERMUTATIONS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/** The 48 signed permutation matrices. */
function directions(): number[][] {
  return PERMUTATIONS.flatMap((axes) =>
    Array.from({ length: 8 }, (_, bits) => {
      const matrix = new Array<number>(9).fill(0);
      axes.forEach((patientAxis, axis) => (matrix[3 * patientAxis + axis] = bits & (1 << axis) ? -1 : 1));
      return matrix;
    }),
  );
}

/** Turns a direction by an angle about z and then x. */
function tilted(direction: number[], about: { z: number; x: number }): number[] {
  const [cz, sz, cx, sx] = [Math.cos(about.z), Math.sin(about.z), Math.cos(about.x), Math.sin(about.x)];
  const turn = [cz, -sz, 0, cx * sz, cx * cz, -sx, sx * sz, sx * cz, cx];
  return [0, 1, 2].flatMap((row) =>
    [0, 1, 2].map((column) =>
      [0, 1, 2].reduce((sum, k) => sum + turn[3 * row + k] * direction[3 * k + column], 0),
    ),
  );
}

function volumeOn(grid: Grid, voxels: Voxels): Volume {
  return { grid, voxels, voxelType: 'int16', format: 'nifti', modality: null, warnings: [] };
}

const count = (shape: readonly number[]) => shape[0] * shape[1] * shape[2];

function at(grid: Grid, voxels: Voxels, [i, j, k]: readonly number[]): number {
  return voxels[i + grid.shape[0] * (j + grid.shape[1] * k)];
}

/** The nearest voxel of `grid` to a point in the patient. */
function voxelAt(grid: Grid, point: Triple): number[] {
  const away = point.map((v, n) => v - grid.origin[n]);
  return [0, 1, 2].map((axis) =>
    Math.round(
      [0, 1, 2].reduce((sum, row) => sum + grid.direction[3 * row + axis] * away[row], 0) /
        grid.spacing[axis],
    ),
  );
}

describe('canonical orientation', () => {
  it('keeps every voxel at its place in the patient, in all 48 orientations and tilted ones', () => {
    for (const straight of directions()) {
      for (const direction of [straight, tilted(straight, { z: 0.2, x: -0.15 })]) {
        const grid: Grid = {
          shape: [4, 3, 5],
          spacing: [0.7, 1.1, 2.5],
          origin: [-31, 12.5, 700],
          direction,
        };
        const volume = volumeOn(
          grid,
          Int16Array.from({ length: 60 }, (_, n) => n * 7 - 200),
        );
        const { volume: canonical, reorientation } = canonicalise(volume);
        expect(orientationCode(canonical.grid)).toBe('LPS');
        for (let k = 0; k < 5; k++) {
          for (let j = 0; j < 3; j++) {
            for (let i = 0; i < 4; i++) {
              const place = voxelAt(canonical.grid, voxelToPatient(grid, [i, j, k]));
              expect(at(canonical.grid, canonical.voxels, place)).toBe(at(grid, volume.voxels, [i, j, k]));
            }
          }
        }
        expect(toOriginalGrid(canonical.voxels, reorientation)).toEqual(volume.voxels);
      }
    }
  });

  it('round-trips labels of any shape through plain JSON', () => {
    const size = fc.integer({ min: 1, max: 75 });
    fc.assert(
      fc.property(
        fc.tuple(size, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 12 })),
        fc.integer({ min: 0, max: 47 }),
        fc.integer(),
        (shape, which, seed) => {
          const grid: Grid = { shape, spacing: [1, 2, 3], origin: [0, 0, 0], direction: directions()[which] };
          const labels = Uint8Array.from(
            { length: count(shape) },
            (_, n) => ((n + seed) * 2654435761) >>> 24,
          );
          const plain = ReorientationSchema.parse(JSON.parse(JSON.stringify(reorientationOf(grid))));
          const there = fromOriginalGrid(labels, plain);
          expect(toOriginalGrid(there, plain)).toEqual(labels);
          expect(fromOriginalGrid(toOriginalGrid(labels, plain), plain)).toEqual(labels);
          expect(canonicalise(volumeOn(grid, labels)).volume.voxels).toEqual(there);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('does not copy what is canonical already, and refuses an array of another size', () => {
    const grid: Grid = {
      shape: [2, 2, 2],
      spacing: [1, 1, 1],
      origin: [0, 0, 0],
      direction: directions()[0],
    };
    const voxels = new Int16Array(8);
    expect(canonicalise(volumeOn(grid, voxels)).volume.voxels).toBe(voxels);
    expect(() => toOriginalGrid(new Uint8Array(7), reorientationOf(grid))).toThrow(TypeError);
  });
});
