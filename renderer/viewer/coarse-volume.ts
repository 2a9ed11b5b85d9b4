// The volume thinned out for rendering in 3D, a few slices at a time so that the hand never waits.
import type { Triple } from '../../electron/contract/geometry.ts';
import type { VolumeData, VoxelArray } from './volume-data.ts';

/** What a graphics card without much memory takes: 24 MB as floats. */
const MOST_VOXELS = 6_000_000;
const PORTION_MS = 4;

export interface CoarseVolume {
  values: VoxelArray;
  shape: Triple;
  /** mm along the grid's axes. */
  spacing: Triple;
}

/** Every how many voxels are taken along each axis: the finest axis is thinned first. */
export function thinning(shape: Readonly<Triple>, spacing: Readonly<Triple>, most = MOST_VOXELS): Triple {
  const step: Triple = [1, 1, 1];
  const size = () => shape.reduce((product, n, axis) => product * Math.ceil(n / step[axis]), 1);
  while (size() > most) {
    const lengths = spacing.map((mm, axis) => (shape[axis] / step[axis] > 1 ? mm * step[axis] : Infinity));
    step[lengths.indexOf(Math.min(...lengths))]++;
  }
  return step;
}

/** Null when `stale` says that nobody wants it any more. */
export async function coarseVolume(
  volume: Pick<VolumeData, 'grid' | 'voxels'>,
  stale: () => boolean,
  most = MOST_VOXELS,
): Promise<CoarseVolume | null> {
  const { grid, voxels } = volume;
  const step = thinning(grid.shape, grid.spacing, most);
  const shape = grid.shape.map((n, axis) => Math.ceil(n / step[axis])) as Triple;
  const Values = voxels.constructor as new (length: number) => VoxelArray;
  const values = new Values(shape[0] * shape[1] * shape[2]);
  const [nx, ny] = grid.shape;
  let began = performance.now();
  for (let k = 0, at = 0; k < shape[2]; k++) {
    for (let j = 0; j < shape[1]; j++) {
      const row = nx * (j * step[1] + ny * k * step[2]);
      for (let i = 0; i < shape[0]; i++) values[at++] = voxels[row + i * step[0]];
    }
    if (performance.now() - began < PORTION_MS) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (stale()) return null;
    began = performance.now();
  }
  return { values, shape, spacing: grid.spacing.map((mm, axis) => mm * step[axis]) as Triple };
}
