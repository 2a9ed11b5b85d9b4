// Where a NIfTI volume lies: sform before qform before bare spacing, RAS turned into LPS, units into millimetres.
import type { Grid, Triple } from '../contract/geometry.ts';
import { checkShape, checkSpacing, gridFromColumns } from './file-grid.ts';
import type { NiftiHeader } from './nifti-header.ts';
import { damagedHeader, refuse } from './refusals.ts';

/** Millimetres of one unit by xyzt_units code: unknown, metre, millimetre, micrometre. */
const MILLIMETRES = [1, 1000, 1, 0.001];
/** sform and qform that place a voxel further apart than this are said to disagree. */
const DISAGREEMENT_MM = 0.1;
/** A stated spacing this far (as a fraction) from the length of its axis is said to disagree. */
const SPACING_DISAGREEMENT = 1e-2;

interface Placement {
  columns: [Triple, Triple, Triple];
  origin: Triple;
}

/** The grid in LPS mm and what there is to warn about. Throws Problems of file-grid.ts and `volume-has-time-points`. */
export function niftiGrid(header: NiftiHeader, path: string): { grid: Grid; warnings: string[] } {
  const shape = niftiShape(header, path);
  const scale = MILLIMETRES[header.spatialUnit];
  if (scale === undefined)
    throw damagedHeader(path, `its unit of length (code ${header.spatialUnit}) is unknown`);
  const warnings: string[] = [];
  if (header.spatialUnit === 0)
    warnings.push('The file does not state its unit of length; millimetres are assumed.');
  const pixdim = header.pixdim.slice(1, 4).map((v) => v * scale);
  checkSpacing(pixdim, path);

  const sform = header.sformCode > 0 ? sformPlacement(header) : null;
  const qform = header.qformCode > 0 ? qformPlacement(header) : null;
  const placement = sform ?? qform ?? barePlacement(header);
  if (!sform && !qform) {
    warnings.push(
      'The file states no orientation; its axes are taken to grow towards right, anterior and superior.',
    );
  } else if (sform && qform && placementsDiffer(sform, qform, shape)) {
    warnings.push('The two orientations in the file (sform and qform) disagree; sform is used.');
  }
  const grid = gridFromColumns(
    shape,
    placement.columns.map((column) => toLps(column, scale)) as [Triple, Triple, Triple],
    toLps(placement.origin, scale),
    path,
  );
  settleSpacing(grid, pixdim, warnings);
  return { grid, warnings };
}

/** Three axes; further ones must be of length 1. */
function niftiShape(header: NiftiHeader, path: string): Triple {
  const [count, ...lengths] = header.dim;
  if (count < 1 || count > 7) throw damagedHeader(path, `it claims ${count} dimensions`);
  const stated = lengths.slice(0, count);
  const shape = [stated[0], stated[1] ?? 1, stated[2] ?? 1];
  checkShape(shape, path);
  if (stated.slice(3).some((n) => n < 0)) checkShape(stated, path);
  if ((stated[3] ?? 1) > 1) {
    throw refuse(
      'volume-has-time-points',
      path,
      `holds ${stated[3]} volumes (a fourth dimension). Split it and import one volume.`,
    );
  }
  if (stated.slice(4).some((n) => n > 1)) {
    throw refuse(
      'volume-is-vector',
      path,
      'holds several values a voxel. Concord opens volumes with one value a voxel.',
    );
  }
  return shape;
}

function sformPlacement(header: NiftiHeader): Placement {
  const s = header.sform;
  const column = (n: number): Triple => [s[n], s[4 + n], s[8 + n]];
  return { columns: [column(0), column(1), column(2)], origin: column(3) };
}

/** Rotation from a unit quaternion, METHOD 2 of nifti1.h: a = √(1 − b² − c² − d²), third column times qfac. */
function qformPlacement(header: NiftiHeader): Placement {
  const [x, y, z] = header.quaternion.slice(3);
  const [a, b, c, d] = unitQuaternion(header.quaternion);
  const qfac = header.pixdim[0] < 0 ? -1 : 1;
  const [dx, dy, dz] = [header.pixdim[1], header.pixdim[2], header.pixdim[3] * qfac];
  return {
    columns: [
      [(a * a + b * b - c * c - d * d) * dx, 2 * (b * c + a * d) * dx, 2 * (b * d - a * c) * dx],
      [2 * (b * c - a * d) * dy, (a * a + c * c - b * b - d * d) * dy, 2 * (c * d + a * b) * dy],
      [2 * (b * d + a * c) * dz, 2 * (c * d - a * b) * dz, (a * a + d * d - c * c - b * b) * dz],
    ],
    origin: [x, y, z],
  };
}

/**
 * (a, b, c, d) of length 1. Near a half turn the file's 32-bit b, c, d leave a rounding error that would become a
 * whole a of 2·10⁻⁴; as NIfTI's own library does, a is then 0 and the others are scaled to length 1.
 */
function unitQuaternion([b, c, d]: readonly number[]): [number, number, number, number] {
  const length2 = b * b + c * c + d * d;
  if (1 - length2 >= 1e-7) return [Math.sqrt(1 - length2), b, c, d];
  const length = Math.sqrt(length2);
  return [0, b / length, c / length, d / length];
}

/** METHOD 1 of nifti1.h: spacing alone. */
function barePlacement(header: NiftiHeader): Placement {
  const [, dx, dy, dz] = header.pixdim;
  return {
    columns: [
      [dx, 0, 0],
      [0, dy, 0],
      [0, 0, dz],
    ],
    origin: [0, 0, 0],
  };
}

function toLps(ras: Triple, scale: number): Triple {
  return [-ras[0] * scale, -ras[1] * scale, ras[2] * scale];
}

/** True when the two place any voxel further apart than the tolerance (an upper bound, summed over the axes). */
function placementsDiffer(a: Placement, b: Placement, shape: Triple): boolean {
  return [0, 1, 2].some((row) => {
    let apart = Math.abs(a.origin[row] - b.origin[row]);
    for (let axis = 0; axis < 3; axis++) {
      apart += Math.abs(a.columns[axis][row] - b.columns[axis][row]) * (shape[axis] - 1);
    }
    return !(apart <= DISAGREEMENT_MM);
  });
}

/** Takes the stated spacing where the axes agree with it (they carry rounding), and says so where they do not. */
function settleSpacing(grid: Grid, pixdim: number[], warnings: string[]): void {
  const differ = grid.spacing.some(
    (s, axis) => Math.abs(s - pixdim[axis]) > SPACING_DISAGREEMENT * pixdim[axis],
  );
  if (!differ) {
    grid.spacing = grid.spacing.map((s, axis) =>
      Math.abs(s - pixdim[axis]) <= 1e-4 * s ? pixdim[axis] : s,
    ) as Triple;
    return;
  }
  const show = (values: readonly number[]) => values.map((v) => Number(v.toFixed(4))).join(' × ');
  warnings.push(
    `The file states a spacing of ${show(pixdim)} mm and axes ${show(grid.spacing)} mm long; the axes are used.`,
  );
}
