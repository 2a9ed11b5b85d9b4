// A plane at any angle that is drawn on: which voxels it passes through, and where they lie in it.
import type { Triple } from '../../electron/contract/geometry.ts';
import type { Box } from './label-volume.ts';

/** Unit vectors along the grid's own axes (mm), at right angles: to the screen's right, down it, and across the plane. */
export interface DrawingPlane {
  right: Readonly<Triple>;
  down: Readonly<Triple>;
  normal: Readonly<Triple>;
}

/** A rectangle in the plane, mm along `right` and `down` from a place in it. */
export interface PlaneBounds {
  x0: number;
  x1: number;
  y0: number;
  y1: number;
}

type Frame = { shape: Readonly<Triple>; spacing: Readonly<Triple> };

/** Rounding must not decide whether a voxel that is just touched counts. */
const SLACK = 1e-9;

const dot = (a: Readonly<Triple>, b: Readonly<Triple>) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** From one continuous voxel to another: mm to the right, down, and away from the plane. */
export function planeOffset(
  { spacing }: Pick<Frame, 'spacing'>,
  { right, down, normal }: DrawingPlane,
  from: Readonly<Triple>,
  to: Readonly<Triple>,
): { x: number; y: number; away: number } {
  const mm = to.map((v, axis) => (v - from[axis]) * spacing[axis]) as Triple;
  return { x: dot(mm, right), y: dot(mm, down), away: dot(mm, normal) };
}

/** How far from a plane a voxel's centre may lie for the plane to pass through the voxel, mm. */
export function halfThickness({ spacing }: Pick<Frame, 'spacing'>, { normal }: DrawingPlane): number {
  return spacing.reduce((sum, mm, axis) => sum + (Math.abs(normal[axis]) * mm) / 2, 0);
}

/** The box around every voxel that a rectangle of the plane through `at` passes through; null when it lies outside. */
export function boxOnPlane(
  grid: Frame,
  plane: DrawingPlane,
  at: Readonly<Triple>,
  bounds: PlaneBounds,
): Box | null {
  const { right, down, normal } = plane;
  const half = halfThickness(grid, plane);
  const low: Triple = [0, 0, 0];
  const high: Triple = [0, 0, 0];
  for (const axis of [0, 1, 2] as const) {
    const [xs, ys] = [
      [right[axis] * bounds.x0, right[axis] * bounds.x1],
      [down[axis] * bounds.y0, down[axis] * bounds.y1],
    ];
    const across = half * Math.abs(normal[axis]);
    const least = (Math.min(...xs) + Math.min(...ys) - across) / grid.spacing[axis];
    const most = (Math.max(...xs) + Math.max(...ys) + across) / grid.spacing[axis];
    low[axis] = Math.max(0, Math.ceil(at[axis] + least - SLACK));
    high[axis] = Math.min(grid.shape[axis] - 1, Math.floor(at[axis] + most + SLACK));
    if (!(low[axis] <= high[axis])) return null;
  }
  return { low, high };
}

/**
 * Visits runs (first index, length) of the voxels that the plane through `at` passes through and whose centres, looked at
 * straight down on the plane, are `inside`: mm to the right of `at` and down from it. Voxels outside `bounds` are not
 * asked for. Returns the box within which all visits lie, or null when there can be none.
 */
export function visitPlane(
  grid: Frame,
  plane: DrawingPlane,
  at: Readonly<Triple>,
  bounds: PlaneBounds,
  inside: (x: number, y: number) => boolean,
  visit: (start: number, length: number) => void,
): Box | null {
  const box = boxOnPlane(grid, plane, at, bounds);
  if (!box) return null;
  const { right, down, normal } = plane;
  const [nx, ny] = grid.shape;
  const [sx, sy, sz] = grid.spacing;
  const half = halfThickness(grid, plane) + SLACK;
  const across = normal[0] * sx;
  for (let k = box.low[2]; k <= box.high[2]; k++) {
    for (let j = box.low[1]; j <= box.high[1]; j++) {
      const [dy, dz] = [(j - at[1]) * sy, (k - at[2]) * sz];
      const away = normal[1] * dy + normal[2] * dz;
      let [first, last] = [box.low[0], box.high[0]];
      if (Math.abs(across) > 1e-12) {
        const [a, b] = [at[0] + (-half - away) / across, at[0] + (half - away) / across];
        first = Math.max(first, Math.ceil(Math.min(a, b)));
        last = Math.min(last, Math.floor(Math.max(a, b)));
      } else if (Math.abs(away) > half) continue;
      const [x, y] = [right[1] * dy + right[2] * dz, down[1] * dy + down[2] * dz];
      const row = nx * (j + ny * k);
      let since = -1;
      for (let i = first; i <= last; i++) {
        const dx = (i - at[0]) * sx;
        const open = inside(x + right[0] * dx, y + down[0] * dx);
        if (open && since < 0) since = i;
        if (!open && since >= 0) {
          visit(row + since, i - since);
          since = -1;
        }
      }
      if (since >= 0) visit(row + since, last + 1 - since);
    }
  }
  return box;
}
