// Canonical orientation: axes permuted and flipped, never resampled, so that they grow towards L, P and S.
import * as z from 'zod';
import { GridSchema, axisDirection, voxelToPatient, type Grid, type Triple } from '../contract/geometry.ts';
import { reorderVoxels, type Reordering } from './reorder-voxels.ts';
import type { Volume } from './volume.ts';

const Axis = z.union([z.literal(0), z.literal(1), z.literal(2)]);

/** How a canonical grid came from the file's; plain data, exact in both directions. */
export const ReorientationSchema = z.object({
  /** The grid as in the file, LPS mm. */
  original: GridSchema,
  /** The same voxels with axes as nearly as possible towards L, P, S. */
  canonical: GridSchema,
  /** Canonical axis c is the original axis axes[c] … */
  axes: z.tuple([Axis, Axis, Axis]),
  /** … and runs against it where flips[c]. */
  flips: z.tuple([z.boolean(), z.boolean(), z.boolean()]),
});
export type Reorientation = z.infer<typeof ReorientationSchema>;

type AxisTriple = Reorientation['axes'];

const PERMUTATIONS: readonly AxisTriple[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/** The permutation and flips that bring the axes of `original` nearest to L, P, S. */
export function reorientationOf(original: Grid): Reorientation {
  const towards = (patientAxis: number, axis: number) => original.direction[3 * patientAxis + axis];
  let axes = PERMUTATIONS[0];
  let best = -1;
  for (const candidate of PERMUTATIONS) {
    const closeness = candidate.reduce<number>((sum, axis, c) => sum + Math.abs(towards(c, axis)), 0);
    if (closeness > best + 1e-9) [best, axes] = [closeness, candidate];
  }
  const flips = axes.map((axis, c) => towards(c, axis) < 0) as Reorientation['flips'];
  return { original, canonical: canonicalGrid(original, axes, flips), axes: [...axes], flips };
}

function canonicalGrid(original: Grid, axes: AxisTriple, flips: Reorientation['flips']): Grid {
  const corner: Triple = [0, 0, 0];
  axes.forEach((axis, c) => {
    if (flips[c]) corner[axis] = original.shape[axis] - 1;
  });
  const columns = axes.map((axis, c) =>
    axisDirection(original, axis).map((v) => (flips[c] && v !== 0 ? -v : v)),
  );
  return {
    shape: axes.map((axis) => original.shape[axis]) as Triple,
    spacing: axes.map((axis) => original.spacing[axis]) as Triple,
    origin: voxelToPatient(original, corner),
    direction: [0, 1, 2].flatMap((row) => columns.map((column) => column[row])),
  };
}

/** Reads canonical order from an array in original order. */
export function stepsToCanonical({ original, axes, flips }: Reorientation): Reordering {
  const strides = [1, original.shape[0], original.shape[0] * original.shape[1]];
  let start = 0;
  const steps = axes.map((axis, c) => {
    if (!flips[c]) return strides[axis];
    start += strides[axis] * (original.shape[axis] - 1);
    return -strides[axis];
  }) as Triple;
  return { shape: axes.map((axis) => original.shape[axis]) as Triple, start, steps };
}

/** Reads original order from an array in canonical order: the exact inverse. */
function stepsToOriginal({ original, canonical, axes, flips }: Reorientation): Reordering {
  const strides = [1, canonical.shape[0], canonical.shape[0] * canonical.shape[1]];
  let start = 0;
  const steps: Triple = [0, 0, 0];
  axes.forEach((axis, c) => {
    steps[axis] = flips[c] ? -strides[c] : strides[c];
    if (flips[c]) start += strides[c] * (canonical.shape[c] - 1);
  });
  return { shape: original.shape, start, steps };
}

/**
 * The volume with axes towards L, P, S, and how to go back. Voxel values are the same values in another order; a
 * volume that is canonical already is returned with the same voxel array.
 */
export function canonicalise(volume: Volume): { volume: Volume; reorientation: Reorientation } {
  const reorientation = reorientationOf(volume.grid);
  const voxels = reorderVoxels(volume.voxels, stepsToCanonical(reorientation));
  return { volume: { ...volume, grid: reorientation.canonical, voxels }, reorientation };
}

/** Labels on the canonical grid → labels on the file's own grid. */
export function toOriginalGrid<T extends Volume['voxels']>(labels: T, reorientation: Reorientation): T {
  return reorderVoxels(labels, stepsToOriginal(reorientation));
}

/** Labels on the file's own grid → labels on the canonical grid. */
export function fromOriginalGrid<T extends Volume['voxels']>(labels: T, reorientation: Reorientation): T {
  return reorderVoxels(labels, stepsToCanonical(reorientation));
}
