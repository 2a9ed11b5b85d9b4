// A plane at any angle through the crosshair: its axes, what it cuts out of the volume, and where it meets other planes.
import type { Oblique } from '../../electron/contract/annotations.ts';
import { patientLetter, type Grid, type Triple } from '../../electron/contract/geometry.ts';
import type { DrawingPlane } from '../editing/drawing-plane.ts';
import type { PlaneWalk } from '../editing/plane-walk.ts';
import { PLANE_AXES, type Plane } from './slice-geometry.ts';

export type { Oblique } from '../../electron/contract/annotations.ts';

/** Unit vectors along the grid's own axes (mm): to the screen's right, down the screen, and away from the reader. */
export interface ObliqueAxes {
  right: Triple;
  down: Triple;
  away: Triple;
}

const plus = (a: Triple, fa: number, b: Triple, fb: number): Triple =>
  a.map((v, axis) => v * fa + b[axis] * fb) as Triple;

export function obliqueAxes({ from, turn, tilt }: Oblique): ObliqueAxes {
  const axes = PLANE_AXES[from];
  const unit = (axis: number, sign: number): Triple =>
    [0, 1, 2].map((a) => (a === axis ? sign : 0)) as Triple;
  const right = unit(axes.across, 1);
  const down = unit(axes.down, axes.upward ? -1 : 1);
  const away = cross(right, down);
  const [ct, st] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)];
  const turned = plus(right, ct, away, st);
  const behind = plus(away, ct, right, -st);
  const [cu, su] = [Math.cos((tilt * Math.PI) / 180), Math.sin((tilt * Math.PI) / 180)];
  return { right: turned, down: plus(down, cu, behind, su), away: plus(behind, cu, down, -su) };
}

/** The same as tools know it. */
export function drawingPlane(oblique: Oblique): DrawingPlane {
  const { right, down, away } = obliqueAxes(oblique);
  return { right, down, normal: away };
}

function cross(a: Triple, b: Triple): Triple {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** Fills `pixels` with the palette's word for the label of the nearest voxel; nothing outside the volume. */
export function labelsOblique(
  labels: Uint8Array,
  shape: Readonly<Triple>,
  walk: PlaneWalk,
  palette: Uint32Array,
  pixels: Uint32Array,
): void {
  const [nx, ny, nz] = shape;
  const { first, across, down, columns, rows } = walk;
  for (let d = 0, n = 0; d < rows; d++) {
    let x = first[0] + down[0] * d + 0.5;
    let y = first[1] + down[1] * d + 0.5;
    let z = first[2] + down[2] * d + 0.5;
    for (let a = 0; a < columns; a++, n++, x += across[0], y += across[1], z += across[2]) {
      const inside = x >= 0 && y >= 0 && z >= 0 && x < nx && y < ny && z < nz;
      pixels[n] = inside ? palette[labels[Math.floor(x) + nx * (Math.floor(y) + ny * Math.floor(z))]] : 0;
    }
  }
}

/** Patient letters at the four edges, two where an axis lies between. */
export function obliqueLetters(
  grid: Pick<Grid, 'direction'>,
  { right, down }: ObliqueAxes,
): { left: string; right: string; top: string; bottom: string } {
  const { direction } = grid;
  const patient = (vector: Triple, sign: 1 | -1) =>
    [0, 1, 2].map((row) =>
      vector.reduce((sum, v, axis) => sum + sign * direction[row * 3 + axis] * v, 0),
    ) as Triple;
  const letters = (vector: Triple) => {
    const main = patientLetter(vector);
    const largest = vector.map(Math.abs).indexOf(Math.max(...vector.map(Math.abs)));
    const rest = vector.map((v, axis) => (axis === largest ? 0 : v)) as Triple;
    return Math.max(...rest.map(Math.abs)) > Math.sin((20 * Math.PI) / 180)
      ? main + patientLetter(rest)
      : main;
  };
  return {
    left: letters(patient(right, -1)),
    right: letters(patient(right, 1)),
    top: letters(patient(down, -1)),
    bottom: letters(patient(down, 1)),
  };
}

/**
 * Where the oblique plane through `centre` cuts a slice: a point and a direction in continuous voxels of that slice's
 * plane (across, down axes of the grid), or null where they are parallel.
 */
export function obliqueTrace(
  grid: Pick<Grid, 'spacing'>,
  axes: ObliqueAxes,
  centre: Readonly<Triple>,
  plane: Plane,
  slice: number,
): { point: Triple; direction: Triple } | null {
  const { through, across, down } = PLANE_AXES[plane];
  const { away } = axes;
  const inPlane = Math.hypot(away[across], away[down]);
  if (inPlane < 1e-3) return null;
  // In mm from the centre: away · (x, y, depth) = 0.
  const depth = (slice - centre[through]) * grid.spacing[through];
  const shift = (-away[through] * depth) / (inPlane * inPlane);
  const point: Triple = [0, 0, 0];
  point[through] = slice;
  point[across] = centre[across] + (away[across] * shift) / grid.spacing[across];
  point[down] = centre[down] + (away[down] * shift) / grid.spacing[down];
  const direction: Triple = [0, 0, 0];
  direction[across] = -away[down] / inPlane / grid.spacing[across];
  direction[down] = away[across] / inPlane / grid.spacing[down];
  return { point, direction };
}
