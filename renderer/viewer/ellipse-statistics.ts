// Values inside an ellipse of one plane.
import type { RegionStatistics } from '../../electron/contract/annotations.ts';
import type { Triple } from '../../electron/contract/geometry.ts';
import { visitPlane, type DrawingPlane } from '../editing/drawing-plane.ts';
import type { VolumeData } from './volume-data.ts';

/** Rounding must not leave out a centre that lies on the ellipse. */
const SLACK = 1e-9;

/**
 * Statistics of the voxels that the plane through `centre` (continuous voxel) passes through and whose centres, looked at
 * straight down on the plane, lie inside the ellipse or on it; in a slice, those of the slice. Half axes: mm along the
 * plane's `right` and `down`. Voxels that have not arrived, or are no numbers, are left out.
 */
export function ellipseStatistics(
  volume: Pick<VolumeData, 'grid' | 'voxels' | 'hasSlice'>,
  plane: DrawingPlane,
  centre: Readonly<Triple>,
  halfRight: number,
  halfDown: number,
): RegionStatistics {
  const { grid, voxels } = volume;
  const slice = grid.shape[0] * grid.shape[1];
  const bounds = { x0: -halfRight, x1: halfRight, y0: -halfDown, y1: halfDown };
  const inside = (x: number, y: number) => (x / halfRight) ** 2 + (y / halfDown) ** 2 <= 1 + SLACK;
  const values: number[] = [];
  visitPlane(grid, plane, centre, bounds, inside, (start, length) => {
    if (!volume.hasSlice(Math.floor(start / slice))) return;
    for (let at = start; at < start + length; at++) if (Number.isFinite(voxels[at])) values.push(voxels[at]);
  });
  const n = values.length;
  if (n === 0) return { voxels: 0, mean: null, deviation: null, minimum: null, maximum: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    voxels: n,
    mean,
    deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : null,
    minimum: values.reduce((a, b) => Math.min(a, b)),
    maximum: values.reduce((a, b) => Math.max(a, b)),
  };
}
