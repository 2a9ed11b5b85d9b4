// Thick slices: the largest, smallest or mean value along the line of sight through a slab around the slice.
import type { Grid } from '../../electron/contract/geometry.ts';
import { PLANE_AXES, type Plane } from './slice-geometry.ts';
import { walkOf } from './slice-raster.ts';
import type { VoxelArray } from './volume-data.ts';

export type SlabMode = 'off' | 'maximum' | 'minimum' | 'mean';

export interface Slab {
  mode: SlabMode;
  /** How thick, mm. */
  mm: number;
}

export const THINNEST_SLAB_MM = 1;
export const THICKEST_SLAB_MM = 60;

/** The slices of a slab around `slice`, ends included: as many whole slices as come nearest to its thickness, at least one. */
export function slabRange(
  grid: Pick<Grid, 'shape' | 'spacing'>,
  plane: Plane,
  slice: number,
  mm: number,
): [number, number] {
  const { through } = PLANE_AXES[plane];
  const count = Math.max(1, Math.round(mm / grid.spacing[through]));
  const first = slice - Math.floor((count - 1) / 2);
  return [Math.max(0, first), Math.min(grid.shape[through] - 1, first + count - 1)];
}

/**
 * Projects a slab into `out`, one number a pixel, row by row from the top of the screen. Values that are no numbers
 * are left out; a pixel with none at all is NaN.
 */
export function projectSlab(
  voxels: VoxelArray,
  grid: Pick<Grid, 'shape'>,
  plane: Plane,
  [first, last]: readonly [number, number],
  mode: Exclude<SlabMode, 'off'>,
  out: Float32Array,
): void {
  const { start, stepA, stepD, across, down } = walkOf(grid, plane, first);
  const strides = [1, grid.shape[0], grid.shape[0] * grid.shape[1]];
  const stepS = strides[PLANE_AXES[plane].through];
  const count = last - first + 1;
  const counts = mode === 'mean' ? new Uint16Array(across) : null;
  for (let d = 0; d < down; d++) {
    const row = out.subarray(d * across, (d + 1) * across);
    row.fill(mode === 'maximum' ? -Infinity : mode === 'minimum' ? Infinity : 0);
    counts?.fill(0);
    for (let s = 0; s < count; s++) {
      let v = start + d * stepD + s * stepS;
      if (mode === 'maximum') {
        for (let a = 0; a < across; a++, v += stepA) if (voxels[v] > row[a]) row[a] = voxels[v];
      } else if (mode === 'minimum') {
        for (let a = 0; a < across; a++, v += stepA) if (voxels[v] < row[a]) row[a] = voxels[v];
      } else {
        for (let a = 0; a < across; a++, v += stepA) {
          const value = voxels[v];
          if (value !== value) continue;
          row[a] += value;
          counts![a]++;
        }
      }
    }
    for (let a = 0; a < across; a++) {
      if (counts) row[a] = counts[a] > 0 ? row[a] / counts[a] : NaN;
      else if (!Number.isFinite(row[a])) row[a] = NaN;
    }
  }
}
