// A grid from what a file's header states, checked: shape, spacing, and axes at right angles.
import type { Grid, Triple } from '../contract/geometry.ts';
import { refuse } from './refusals.ts';

/** One volume may not have this many voxels or more. */
const TOO_MANY_VOXELS = 2 ** 31;
/** Largest cosine between two axes that rounding in a header explains; 1e-3 moves a corner 300 mm away by 0.3 mm. */
const RIGHT_ANGLE_TOLERANCE = 1e-3;

/** Checks a shape before anything is allocated. Throws Problem `header-absurd-size`. */
export function checkShape(shape: readonly number[], path: string): asserts shape is Triple {
  const text = shape.join(' × ');
  if (shape.length !== 3 || shape.some((n) => !Number.isInteger(n) || n < 1)) {
    throw refuse('header-absurd-size', path, `claims a size of ${text} voxels, which no volume has.`);
  }
  if (shape[0] * shape[1] * shape[2] >= TOO_MANY_VOXELS) {
    throw refuse(
      'header-absurd-size',
      path,
      `claims ${text} voxels; Concord opens volumes of fewer than 2,147,483,648 voxels.`,
    );
  }
}

/** Checks a spacing in mm. Throws Problem `header-absurd-spacing`. */
export function checkSpacing(spacing: readonly number[], path: string): asserts spacing is Triple {
  if (spacing.length === 3 && spacing.every((s) => Number.isFinite(s) && s > 0 && s < 1e6)) return;
  throw refuse(
    'header-absurd-spacing',
    path,
    `states a voxel spacing of ${spacing.join(' × ')} mm; every spacing must be a number above zero.`,
  );
}

/** Checks an origin. Throws Problem `header-damaged`. */
export function checkOrigin(origin: readonly number[], path: string): asserts origin is Triple {
  if (origin.length === 3 && origin.every(Number.isFinite)) return;
  throw refuse('header-damaged', path, 'has a header that cannot be used: its origin is not three numbers.');
}

/**
 * The rotation (row-major, columns are the axes) nearest to three unit axes given in LPS. Axes within rounding of
 * right angles are made exactly so. Throws Problem `direction-singular` or `direction-not-orthogonal`.
 */
export function checkedDirection(axes: readonly [Triple, Triple, Triple], path: string): number[] {
  const lengths = axes.map((axis) => Math.hypot(...axis));
  const unit = axes.map((axis, n) => axis.map((v) => v / lengths[n])) as [Triple, Triple, Triple];
  const volume = dot(cross(unit[0], unit[1]), unit[2]);
  if (!(Math.abs(volume) > 0.01) || lengths.some((l) => !Number.isFinite(l))) {
    throw refuse(
      'direction-singular',
      path,
      'states directions for its axes that do not span space (a singular matrix), so its voxels have no place. ' +
        'Export it again from the tool that wrote it.',
    );
  }
  const worst = Math.max(
    Math.abs(dot(unit[0], unit[1])),
    Math.abs(dot(unit[1], unit[2])),
    Math.abs(dot(unit[0], unit[2])),
  );
  if (worst > RIGHT_ANGLE_TOLERANCE) {
    const degrees = (90 - (Math.acos(Math.min(1, worst)) * 180) / Math.PI).toFixed(1);
    throw refuse(
      'direction-not-orthogonal',
      path,
      `has axes that are ${degrees}° away from right angles (shear, as from an uncorrected gantry tilt). ` +
        'Resample it to a straight grid first.',
    );
  }
  return worst < 1e-12 ? rows(unit) : nearestRotation(rows(unit));
}

/** Builds a grid from LPS columns that include the spacing, as affine headers store them. */
export function gridFromColumns(
  shape: Triple,
  columns: readonly [Triple, Triple, Triple],
  origin: Triple,
  path: string,
): Grid {
  checkShape(shape, path);
  checkOrigin(origin, path);
  const lengths = columns.map((column) => Math.hypot(...column));
  if (lengths.some((l) => !Number.isFinite(l))) checkSpacing(lengths, path);
  const direction = checkedDirection(columns, path);
  checkSpacing(lengths, path);
  return { shape: [...shape], spacing: lengths as Triple, origin: origin.map(plusZero) as Triple, direction };
}

function rows(axes: readonly [Triple, Triple, Triple]): number[] {
  return [0, 1, 2].flatMap((row) => axes.map((axis) => plusZero(axis[row])));
}

/** The orthogonal factor of the polar decomposition, by Newton's iteration M ← (M + M⁻ᵀ)/2 (Higham 1986). */
function nearestRotation(matrix: number[]): number[] {
  let m = matrix;
  for (let step = 0; step < 20; step++) {
    const inverseTransposed = cofactors(m);
    const next = m.map((v, n) => (v + inverseTransposed[n]) / 2);
    const change = Math.max(...next.map((v, n) => Math.abs(v - m[n])));
    m = next;
    if (change < 1e-15) break;
  }
  return m.map((v) => (Math.abs(v) < 1e-12 ? 0 : v));
}

/** Cofactor matrix over the determinant: the inverse, transposed. */
function cofactors(m: readonly number[]): number[] {
  const [a, b, c, d, e, f, g, h, i] = m;
  const co = [
    e * i - f * h,
    f * g - d * i,
    d * h - e * g,
    c * h - b * i,
    a * i - c * g,
    b * g - a * h,
    b * f - c * e,
    c * d - a * f,
    a * e - b * d,
  ];
  const determinant = a * co[0] + b * co[1] + c * co[2];
  return co.map((v) => v / determinant);
}

export function cross(a: Triple, b: Triple): Triple {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function dot(a: Triple, b: Triple): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** −0 prints as “-0”; nobody means it. */
function plusZero(value: number): number {
  return value + 0;
}
