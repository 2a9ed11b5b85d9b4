// Boxes of voxels: where a label is, and how far 10 mm reach around it.
import type { Shape, Spacing } from './types.ts';

/** First and last voxel along i, j, k; both are inside. */
export interface Box {
  readonly low: readonly [number, number, number];
  readonly high: readonly [number, number, number];
}

/** Number of voxels in a box. */
export function boxVoxels({ low, high }: Box): number {
  return (high[0] - low[0] + 1) * (high[1] - low[1] + 1) * (high[2] - low[2] + 1);
}

/** Millimetres as whole voxels, rounded up; a spacing that is a hair off (float32 headers) does not add a voxel. */
export function voxelsUp(millimetres: number, spacing: number): number {
  return Math.ceil(millimetres / spacing - 1e-6);
}

/** The box grown by `millimetres` on all sides (rounded up to voxels), clipped to the grid. */
export function growBox(box: Box, millimetres: number, shape: Shape, spacing: Spacing): Box {
  const grow = (axis: 0 | 1 | 2) => voxelsUp(millimetres, spacing[axis]);
  const low = ([0, 1, 2] as const).map((axis) => Math.max(0, box.low[axis] - grow(axis)));
  const high = ([0, 1, 2] as const).map((axis) => Math.min(shape[axis] - 1, box.high[axis] + grow(axis)));
  return { low: low as [number, number, number], high: high as [number, number, number] };
}
