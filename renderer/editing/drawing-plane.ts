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

/** The rectangle around places, mm to the right and down. */
export function boundsOf(places: readonly (readonly [x: number, y: number])[]): PlaneBounds {
  const bounds = { x0: Infinity, x1: -Infinity, y0: Infinity, y1: -Infinity };
  for (const [x, y] of places) {
    bounds.x0 = Math.min(bounds.x0, x);
    bounds.x1 = Math.max(bounds.x1, x);
    bounds.y0 = Math.min(bounds.y0, y);
    bounds.y1 = Math.max(bounds.y1, y);
  }
  return bounds;
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

/**
 * The box around every voxel that a rectangle of the plane through `at` passes through, or comes nearer to it than `half` mm;
 * null when it lies outside.
 */
export function boxOnPlane(
  grid: Frame,
  plane: DrawingPlane,
  at: Readonly<Triple>,
  bounds: PlaneBounds,
  half = halfThickness(grid, plane),
): Box | null {
  const { right, down, normal } = plane;
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

/** A rectangle of the plane that no volume of this grid reaches beyond, and half of its sides, mm. */
export function endless({ shape, spacing }: Frame): { bounds: PlaneBounds; half: number } {
  const half = Math.hypot(...shape.map((n, axis) => (n + 1) * spacing[axis]));
  return { bounds: { x0: -half, x1: half, y0: -half, y1: half }, half };
}

/** Voxels of one row along i; the centre of voxel i lies at (x + stepX·i, y + stepY·i), mm to the right of `at` and down. */
export interface PlaneRow {
  /** The index of the row's voxel with i = 0, and which voxels of it count, ends included. */
  start: number;
  first: number;
  last: number;
  x: number;
  y: number;
  stepX: number;
  stepY: number;
}

/**
 * Visits the rows of voxels that the plane through `at` passes through (or that come nearer to it than `half` mm), within
 * the box of `bounds`. The same object comes with every visit. Returns that box, or null when there is nothing.
 */
export function visitRows(
  grid: Frame,
  plane: DrawingPlane,
  at: Readonly<Triple>,
  bounds: PlaneBounds,
  visit: (row: PlaneRow) => void,
  half = halfThickness(grid, plane),
): Box | null {
  const box = boxOnPlane(grid, plane, at, bounds, half);
  if (!box) return null;
  const { right, down, normal } = plane;
  const [nx, ny] = grid.shape;
  const [sx, sy, sz] = grid.spacing;
  const most = half + SLACK;
  const across = normal[0] * sx;
  const [stepX, stepY] = [right[0] * sx, down[0] * sx];
  const row = { start: 0, first: 0, last: 0, x: 0, y: 0, stepX, stepY };
  for (let k = box.low[2]; k <= box.high[2]; k++) {
    for (let j = box.low[1]; j <= box.high[1]; j++) {
      const [dy, dz] = [(j - at[1]) * sy, (k - at[2]) * sz];
      const away = normal[1] * dy + normal[2] * dz;
      row.first = box.low[0];
      row.last = box.high[0];
      if (Math.abs(across) > 1e-12) {
        const [a, b] = [at[0] + (-most - away) / across, at[0] + (most - away) / across];
        row.first = Math.max(row.first, Math.ceil(Math.min(a, b)));
        row.last = Math.min(row.last, Math.floor(Math.max(a, b)));
      } else if (Math.abs(away) > most) continue;
      if (row.first > row.last) continue;
      row.start = nx * (j + ny * k);
      row.x = right[1] * dy + right[2] * dz - stepX * at[0];
      row.y = down[1] * dy + down[2] * dz - stepY * at[0];
      visit(row);
    }
  }
  return box;
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
  return visitRows(grid, plane, at, bounds, ({ start, first, last, x, y, stepX, stepY }) => {
    let since = -1;
    for (let i = first; i <= last; i++) {
      const open = inside(x + stepX * i, y + stepY * i);
      if (open && since < 0) since = i;
      if (!open && since >= 0) {
        visit(start + since, i - since);
        since = -1;
      }
    }
    if (since >= 0) visit(start + since, last + 1 - since);
  });
}
