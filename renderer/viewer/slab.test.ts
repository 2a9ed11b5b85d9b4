// Slabs against the plain definition: every voxel along the line of sight, one by one.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { projectSlab, slabRange } from './slab.ts';
import { PLANE_AXES, PLANES } from './slice-geometry.ts';

const SHAPE = [7, 6, 5] as [number, number, number];
const grid = { shape: SHAPE, spacing: [0.5, 1, 2.5] as [number, number, number] };

describe('slabs', () => {
  it('are as many slices as come nearest to their thickness, around the slice and inside the volume', () => {
    expect(slabRange(grid, 'axial', 2, 1)).toEqual([2, 2]);
    expect(slabRange(grid, 'axial', 2, 7.5)).toEqual([1, 3]);
    expect(slabRange(grid, 'axial', 0, 7.5)).toEqual([0, 1]);
    expect(slabRange(grid, 'sagittal', 3, 2)).toEqual([2, 5]);
    expect(slabRange(grid, 'coronal', 5, 100)).toEqual([0, 5]);
  });

  it('project what lies along the line of sight', () => {
    const modes = ['maximum', 'minimum', 'mean'] as const;
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1000, max: 3000 }), { minLength: 210, maxLength: 210 }),
        fc.constantFrom(...PLANES),
        fc.constantFrom(...modes),
        fc.nat(4),
        fc.nat(4),
        (values, plane, mode, one, two) => {
          const voxels = Int16Array.from(values);
          const { through, across, down, upward } = PLANE_AXES[plane];
          const [first, last] = [one, two]
            .map((n) => Math.min(n, SHAPE[through] - 1))
            .toSorted((a, b) => a - b);
          const out = new Float32Array(SHAPE[across] * SHAPE[down]);
          projectSlab(voxels, grid, plane, [first, last], mode, out);
          for (let d = 0; d < SHAPE[down]; d++) {
            for (let a = 0; a < SHAPE[across]; a++) {
              const line: number[] = [];
              for (let s = first; s <= last; s++) {
                const voxel = [0, 0, 0];
                voxel[through] = s;
                voxel[across] = a;
                voxel[down] = upward ? SHAPE[down] - 1 - d : d;
                line.push(voxels[voxel[0] + SHAPE[0] * (voxel[1] + SHAPE[1] * voxel[2])]);
              }
              const expected = {
                maximum: Math.max(...line),
                minimum: Math.min(...line),
                mean: line.reduce((sum, v) => sum + v, 0) / line.length,
              }[mode];
              expect(out[a + SHAPE[across] * d]).toBeCloseTo(expected, 3);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('leave out what is no number', () => {
    const voxels = new Float32Array(210).fill(NaN);
    voxels[0] = 4;
    const out = new Float32Array(42);
    for (const mode of ['maximum', 'minimum', 'mean'] as const) {
      projectSlab(voxels, grid, 'axial', [0, 4], mode, out);
      expect(out[0]).toBe(4);
      expect(out[1]).toBeNaN();
    }
  });
});
