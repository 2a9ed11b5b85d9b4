// Values inside an ellipse of one slice.
import type { RegionStatistics } from '../../electron/contract/annotations.ts';
import type { Triple } from '../../electron/contract/geometry.ts';
import { PLANE_AXES, type Plane } from './slice-geometry.ts';
import type { VolumeData } from './volume-data.ts';

/**
 * Statistics of the voxels of `slice` whose centres lie inside the ellipse or on it. `centre` and the half axes are in
 * voxels along the plane's own axes. Voxels that have not arrived, or are no numbers, are left out.
 */
export function ellipseStatistics(
  volume: Pick<VolumeData, 'grid' | 'valueAt'>,
  plane: Plane,
  slice: number,
  centre: Readonly<Triple>,
  halfA: number,
  halfD: number,
): RegionStatistics {
  const { through, across, down } = PLANE_AXES[plane];
  const voxel: Triple = [0, 0, 0];
  voxel[through] = slice;
  const values: number[] = [];
  for (let d = Math.ceil(centre[down] - halfD); d <= centre[down] + halfD; d++) {
    for (let a = Math.ceil(centre[across] - halfA); a <= centre[across] + halfA; a++) {
      const inside = ((a - centre[across]) / halfA) ** 2 + ((d - centre[down]) / halfD) ** 2;
      if (!(inside <= 1)) continue;
      voxel[across] = a;
      voxel[down] = d;
      const value = volume.valueAt(voxel);
      if (value !== null && Number.isFinite(value)) values.push(value);
    }
  }
  const n = values.length;
  if (n === 0) return { voxels: 0, mean: null, deviation: null, minimum: null, maximum: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    voxels: n,
    mean,
    deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : null,
    minimum: Math.min(...values),
    maximum: Math.max(...values),
  };
}
