// The grid of a volume in patient space. Everything is LPS millimetres: +x to the patient's left, +y posterior, +z superior.
import * as z from 'zod';

const finite = z.number().refine(Number.isFinite, 'must be a finite number');
const triple = z.tuple([finite, finite, finite]);

/** Shape in voxels (i fastest), spacing in mm, origin = centre of voxel (0,0,0) in LPS mm. */
export const GridSchema = z.object({
  shape: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]),
  spacing: z.tuple([finite.positive(), finite.positive(), finite.positive()]),
  origin: triple,
  /** Row-major 3×3; column a is the unit vector, in LPS, along which voxel index a grows. */
  direction: z.array(finite).length(9),
});
export type Grid = z.infer<typeof GridSchema>;
export type Triple = [number, number, number];

/** Number of voxels of a grid. */
export function voxelCount(grid: Grid): number {
  return grid.shape[0] * grid.shape[1] * grid.shape[2];
}

/** Volume of one voxel in millilitres. */
export function voxelVolumeMl(grid: Grid): number {
  return (grid.spacing[0] * grid.spacing[1] * grid.spacing[2]) / 1000;
}

/** Continuous voxel index (i,j,k) → LPS mm. */
export function voxelToPatient(grid: Grid, voxel: readonly [number, number, number]): Triple {
  const { direction: d, spacing: s, origin: o } = grid;
  const x = voxel[0] * s[0];
  const y = voxel[1] * s[1];
  const z = voxel[2] * s[2];
  return [
    o[0] + d[0] * x + d[1] * y + d[2] * z,
    o[1] + d[3] * x + d[4] * y + d[5] * z,
    o[2] + d[6] * x + d[7] * y + d[8] * z,
  ];
}

/** LPS mm → continuous voxel index. The direction matrix is orthonormal, so its transpose inverts it. */
export function patientToVoxel(grid: Grid, point: readonly [number, number, number]): Triple {
  const { direction: d, spacing: s, origin: o } = grid;
  const x = point[0] - o[0];
  const y = point[1] - o[1];
  const z = point[2] - o[2];
  return [
    (d[0] * x + d[3] * y + d[6] * z) / s[0],
    (d[1] * x + d[4] * y + d[7] * z) / s[1],
    (d[2] * x + d[5] * y + d[8] * z) / s[2],
  ];
}

const POSITIVE_LETTERS = ['L', 'P', 'S'] as const;
const NEGATIVE_LETTERS = ['R', 'A', 'I'] as const;

/** The patient letter (R/L/A/P/S/I) towards which a direction in LPS points most. */
export function patientLetter(vector: readonly [number, number, number]): string {
  let axis = 0;
  for (let a = 1; a < 3; a++) if (Math.abs(vector[a]) > Math.abs(vector[axis])) axis = a;
  return vector[axis] >= 0 ? POSITIVE_LETTERS[axis] : NEGATIVE_LETTERS[axis];
}

/** Unit vector in LPS along which voxel index `axis` grows. */
export function axisDirection(grid: Pick<Grid, 'direction'>, axis: 0 | 1 | 2): Triple {
  return [grid.direction[axis], grid.direction[3 + axis], grid.direction[6 + axis]];
}

/** Three letters, one an axis: the side towards which i, j, k grow, for example `LPS`. */
export function orientationCode(grid: Pick<Grid, 'direction'>): string {
  return ([0, 1, 2] as const).map((axis) => patientLetter(axisDirection(grid, axis))).join('');
}

/** True when no axis of the grid lies along a patient axis (more than 0.5 mm off over the whole volume is visible). */
export function isOblique(grid: Pick<Grid, 'direction'>): boolean {
  return ([0, 1, 2] as const).some((axis) => {
    const v = axisDirection(grid, axis);
    return Math.max(...v.map(Math.abs)) < 0.9999;
  });
}

/**
 * The first difference between two grids in words, or null when they are the same grid: shape exactly, spacing,
 * origin and direction within `tolerance` (mm, or cosine).
 */
export function gridDifference(a: Grid, b: Grid, tolerance = 1e-3): string | null {
  const show = (values: readonly number[]) => values.map((v) => Number(v.toFixed(4))).join(' × ');
  if (a.shape.some((n, axis) => n !== b.shape[axis])) {
    return `shape ${show(a.shape)} against ${show(b.shape)} voxels`;
  }
  const far = (x: readonly number[], y: readonly number[]) =>
    x.some((v, n) => Math.abs(v - y[n]) > tolerance);
  if (far(a.spacing, b.spacing)) return `spacing ${show(a.spacing)} against ${show(b.spacing)} mm`;
  const list = (values: readonly number[]) => `(${values.map((v) => Number(v.toFixed(4))).join(', ')})`;
  if (far(a.origin, b.origin)) return `origin ${list(a.origin)} against ${list(b.origin)} mm (LPS)`;
  if (far(a.direction, b.direction)) {
    const codes = `${orientationCode(a)} against ${orientationCode(b)}`;
    return `direction ${list(a.direction)} against ${list(b.direction)} (${codes})`;
  }
  return null;
}
