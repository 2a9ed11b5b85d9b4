// Where a measurement is drawn: a slice, or a plane at any angle, and the directions to the right and down in it.
import type { NewAnnotation } from '../../electron/contract/annotations.ts';
import type { Triple } from '../../electron/contract/geometry.ts';
import { halfThickness, planeOffset, type DrawingPlane } from '../editing/drawing-plane.ts';
import { drawingPlane, type Oblique } from './oblique.ts';
import { PLANE_AXES, type Plane } from './slice-geometry.ts';

export type Seat = { plane: Plane; slice: number } | { plane: 'oblique'; oblique: Oblique };

type Frame = { spacing: Readonly<Triple> };

/** Rounding must not hide what was drawn on the very plane. */
const SLACK_MM = 1e-6;

/** The plane of a seat, unit vectors along the grid's own axes. */
export function planeOf(seat: Seat): DrawingPlane {
  if (seat.plane === 'oblique') return drawingPlane(seat.oblique);
  const { through, across, down } = PLANE_AXES[seat.plane];
  const unit = (axis: number) => [0, 1, 2].map((a) => (a === axis ? 1 : 0)) as Triple;
  return { right: unit(across), down: unit(down), normal: unit(through) };
}

/** Whether every point lies in the voxels that the plane through `centre` passes through. */
export function liesIn(
  grid: Frame,
  plane: DrawingPlane,
  centre: Readonly<Triple>,
  points: readonly Readonly<Triple>[],
): boolean {
  const most = halfThickness(grid, plane) + SLACK_MM;
  return points.every((point) => Math.abs(planeOffset(grid, plane, centre, point).away) <= most);
}

/** Whether a place in `other` lies where a measurement in `seat` with this point was begun. */
export function sameSeat(grid: Frame, seat: Seat, other: Seat, point: Triple, place: Triple): boolean {
  if (seat.plane !== 'oblique' || other.plane !== 'oblique')
    return seat.plane === other.plane && 'slice' in other && 'slice' in seat && seat.slice === other.slice;
  const plane = planeOf(seat);
  const turned = planeOf(other).normal.some((v, axis) => Math.abs(v - plane.normal[axis]) > 1e-6);
  return !turned && liesIn(grid, plane, point, [place]);
}

/** As a kept measurement says it. */
export function seatFields(seat: Seat): Pick<NewAnnotation, 'plane' | 'slice' | 'oblique'> {
  return seat.plane === 'oblique'
    ? { plane: 'oblique', slice: null, oblique: { ...seat.oblique } }
    : { ...seat, oblique: null };
}
