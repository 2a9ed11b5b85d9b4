// Where two masks disagree at their surface, point by point, as a table for plots and other programs.
import { surfacePoints } from '../agreement/surfaces/index.ts';
import { voxelToPatient, type Grid, type Triple } from '../contract/geometry.ts';

/**
 * CSV of every surface voxel of `reference` (label `label`): its centre in LPS mm and how far it lies from the surface of
 * `test`, below 0 where it lies inside that mask. Only the head where either mask is empty.
 */
export function surfacePointsCsv(reference: Uint8Array, test: Uint8Array, grid: Grid, label: number): string {
  const box = boxOf(reference, test, grid, label);
  const { voxels, distanceMm } = surfacePoints(reference, test, grid, label, box);
  const lines = ['label,x_mm,y_mm,z_mm,distance_mm'];
  for (let n = 0; n < distanceMm.length; n++) {
    const voxel: Triple = [voxels[3 * n], voxels[3 * n + 1], voxels[3 * n + 2]];
    const place = voxelToPatient(grid, voxel).map((mm) => String(Number(mm.toFixed(4))));
    lines.push([label, ...place, Number(distanceMm[n].toFixed(4))].join(','));
  }
  return `${lines.join('\n')}\n`;
}

/** The voxels of the label in either mask; null for none. */
function boxOf(a: Uint8Array, b: Uint8Array, { shape: [nx, ny] }: Grid, label: number) {
  const low: Triple = [Infinity, Infinity, Infinity];
  const high: Triple = [-1, -1, -1];
  for (let n = 0; n < a.length; n++) {
    if (a[n] !== label && b[n] !== label) continue;
    const row = Math.floor(n / nx);
    const voxel = [n - row * nx, row % ny, Math.floor(row / ny)];
    for (let axis = 0; axis < 3; axis++) {
      if (voxel[axis] < low[axis]) low[axis] = voxel[axis];
      if (voxel[axis] > high[axis]) high[axis] = voxel[axis];
    }
  }
  return high[0] < 0 ? null : { low, high };
}
