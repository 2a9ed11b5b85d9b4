// Scissors: a closed line drawn in a view cuts straight through the slices behind and before it, or along the normal of a
// plane that lies aslant.
import type { Triple } from '../../../electron/contract/geometry.ts';
import {
  boundsOf,
  boxOnPlane,
  endless,
  halfThickness,
  visitRows,
  type DrawingPlane,
} from '../drawing-plane.ts';
import type { Box } from '../label-volume.ts';
import { inPlane, maskOf, stridesOf, withMask, type Axis, type Block } from './block.ts';
import { lineRuns } from './line-runs.ts';
import { polygonBounds, polygonRuns, type Point } from './polygon.ts';

export interface Scissors {
  kind: 'scissors';
  label: number;
  cut: StraightCut | ObliqueCut;
  how: 'erase-inside' | 'erase-outside' | 'fill-inside';
}

export interface StraightCut {
  /** The axis across the view; points are continuous voxels along the two others, the faster one first. */
  axis: Axis;
  points: Point[];
  /** First and last slice that are cut. */
  slices: [number, number];
}

export interface ObliqueCut {
  plane: DrawingPlane;
  /** A continuous voxel of the plane; points are mm to the right of it and down. */
  at: Triple;
  points: Point[];
  /** How far it cuts to both sides of the plane, mm; null: through everything. At least what the plane passes through. */
  reachMm: number | null;
}

export function scissors(block: Block, { label, cut, how }: Scissors): Uint8Array<ArrayBuffer> {
  const mask = maskOf(block.labels, label);
  if ('plane' in cut) cutOblique(block, cut, how, mask);
  else cutStraight(block, cut, how, mask);
  return withMask(block.labels, label, mask);
}

function cutStraight(
  { low, shape }: Block,
  { axis, points, slices }: StraightCut,
  how: Scissors['how'],
  mask: Uint8Array,
): void {
  const [a, b] = inPlane(axis);
  const strides = stridesOf(shape);
  const inside = new Uint8Array(shape[a] * shape[b]);
  const moved = points.map(([x, y]): Point => [x - low[a], y - low[b]]);
  polygonRuns(moved, shape[a], shape[b], (a0, a1, row) => {
    inside.fill(1, row * shape[a] + a0, row * shape[a] + a1 + 1);
  });
  const first = Math.max(0, slices[0] - low[axis]);
  const last = Math.min(shape[axis] - 1, slices[1] - low[axis]);
  for (let slice = first; slice <= last; slice++) {
    for (let y = 0, n = 0; y < shape[b]; y++) {
      let at = slice * strides[axis] + y * strides[b];
      for (let x = 0; x < shape[a]; x++, n++, at += strides[a]) {
        if (how === 'fill-inside') mask[at] |= inside[n];
        else if ((inside[n] === 1) === (how === 'erase-inside')) mask[at] = 0;
      }
    }
  }
}

function cutOblique(block: Block, cut: ObliqueCut, how: Scissors['how'], mask: Uint8Array): void {
  const at = cut.at.map((v, axis) => v - block.low[axis]) as Triple;
  // What lies outside the line is everywhere beside it.
  const { bounds } = endless({ shape: block.volume, spacing: block.spacing });
  const value = how === 'fill-inside' ? 1 : 0;
  const half = reachOf(block.volume, block.spacing, cut);
  visitRows(
    block,
    cut.plane,
    at,
    how === 'erase-outside' ? bounds : boundsOf(cut.points),
    (row) => {
      let next = row.first;
      lineRuns(cut.points, row, (first, last) => {
        if (how !== 'erase-outside') mask.fill(value, row.start + first, row.start + last + 1);
        else if (first > next) mask.fill(0, row.start + next, row.start + first);
        next = Math.max(next, last + 1);
      });
      if (how === 'erase-outside') mask.fill(0, row.start + next, row.start + row.last + 1);
    },
    half,
  );
}

function reachOf(shape: Triple, spacing: Triple, { plane, reachMm }: ObliqueCut): number {
  const frame = { shape, spacing };
  return reachMm === null ? endless(frame).half : Math.max(reachMm, halfThickness(frame, plane));
}

/** Where scissors can fill: what the line goes around, as deep as they cut. */
export function underScissors(
  { cut }: Scissors,
  frame: { shape: Readonly<Triple>; spacing: Readonly<Triple> },
): Box | null {
  const { shape, spacing } = frame;
  if ('plane' in cut) {
    const half = reachOf([...shape], [...spacing], cut);
    return boxOnPlane(frame, cut.plane, cut.at, boundsOf(cut.points), half);
  }
  const { axis, points, slices } = cut;
  const [a, b] = inPlane(axis);
  const bounds = polygonBounds(points, shape[a], shape[b]);
  if (!bounds) return null;
  const [low, high]: [Triple, Triple] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  [low[a], low[b], low[axis]] = [...bounds.low, Math.max(0, slices[0])];
  [high[a], high[b], high[axis]] = [...bounds.high, Math.min(shape[axis] - 1, slices[1])];
  return { low, high };
}
