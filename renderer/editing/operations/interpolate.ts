// Shape-based interpolation: between two drawn slices the outline moves from one to the other.
// Source: Raya and Udupa, IEEE TMI 9 (1990): signed distances blended; here after moving both onto one centre, so that a
// structure which runs aslant keeps its thickness (Herman, Zheng and Bucholtz, IEEE CG&A 12 (1992)).
import { inPlane, stridesOf, withMask, maskOf, type Axis, type Block, type Report } from './block.ts';
import { squaredDistances } from './distance.ts';

export interface Interpolate {
  kind: 'interpolate';
  label: number;
  /** The axis across the slices that were drawn. */
  axis: Axis;
  /** Only the gap that holds this slice of the volume; null fills every gap. */
  only: number | null;
}

/** The block has to hold the structure's own box. A gap is one or more slices without the structure between two with it. */
export function interpolate(block: Block, operation: Interpolate, report: Report): Uint8Array<ArrayBuffer> {
  const { axis, only } = operation;
  const mask = maskOf(block.labels, operation.label);
  const gaps = gapsOf(mask, block, axis).filter(
    ([from, to]) => only === null || (only - block.low[axis] > from && only - block.low[axis] < to),
  );
  const [a, b] = inPlane(axis);
  const spacing: [number, number] = [block.spacing[a], block.spacing[b]];
  let known: { slice: number; shape: SliceShape } | null = null;
  gaps.forEach(([from, to], n) => {
    const first = known?.slice === from ? known.shape : shapeOf(mask, block, axis, from, spacing);
    const second = shapeOf(mask, block, axis, to, spacing);
    for (let slice = from + 1; slice < to; slice++) {
      blend(mask, block, axis, slice, first, second, (slice - from) / (to - from));
    }
    known = { slice: to, shape: second };
    report((n + 1) / gaps.length);
  });
  return withMask(block.labels, operation.label, mask);
}

/** Pairs of drawn slices of the block with undrawn ones between them. */
function gapsOf(mask: Uint8Array, block: Block, axis: Axis): [number, number][] {
  const gaps: [number, number][] = [];
  let last = -1;
  for (let slice = 0; slice < block.shape[axis]; slice++) {
    if (!isDrawn(mask, block, axis, slice)) continue;
    if (last >= 0 && slice - last > 1) gaps.push([last, slice]);
    last = slice;
  }
  return gaps;
}

function isDrawn(mask: Uint8Array, { shape }: Block, axis: Axis, slice: number): boolean {
  const [a, b] = inPlane(axis);
  const strides = stridesOf(shape);
  for (let y = 0; y < shape[b]; y++) {
    let at = slice * strides[axis] + y * strides[b];
    for (let x = 0; x < shape[a]; x++, at += strides[a]) if (mask[at] === 1) return true;
  }
  return false;
}

interface SliceShape {
  /** Signed distances, mm: below zero inside. One voxel of outside is around the block's own slice. */
  field: Float32Array;
  across: number;
  down: number;
  centre: [number, number];
}

function shapeOf(
  mask: Uint8Array,
  { shape }: Block,
  axis: Axis,
  slice: number,
  spacing: [number, number],
): SliceShape {
  const [a, b] = inPlane(axis);
  const strides = stridesOf(shape);
  const [across, down] = [shape[a] + 2, shape[b] + 2];
  const flat = new Uint8Array(across * down);
  let [sumX, sumY, count] = [0, 0, 0];
  for (let y = 0; y < shape[b]; y++) {
    let at = slice * strides[axis] + y * strides[b];
    for (let x = 0; x < shape[a]; x++, at += strides[a]) {
      if (mask[at] === 0) continue;
      flat[x + 1 + across * (y + 1)] = 1;
      sumX += x;
      sumY += y;
      count++;
    }
  }
  const size: [number, number, number] = [across, down, 1];
  const mm: [number, number, number] = [...spacing, 1];
  const outside = squaredDistances(flat, size, mm, 1);
  const inside = squaredDistances(flat, size, mm, 0);
  for (let n = 0; n < outside.length; n++) outside[n] = Math.sqrt(outside[n]) - Math.sqrt(inside[n]);
  return { field: outside, across, down, centre: [sumX / count, sumY / count] };
}

/** Draws the slice at the share `t` of the way from one shape to the other. */
function blend(
  mask: Uint8Array,
  { shape }: Block,
  axis: Axis,
  slice: number,
  first: SliceShape,
  second: SliceShape,
  t: number,
): void {
  const [a, b] = inPlane(axis);
  const strides = stridesOf(shape);
  const centre = [0, 1].map((n) => (1 - t) * first.centre[n] + t * second.centre[n]);
  const samples = [first, second].map((one) =>
    sampler(one, one.centre[0] - centre[0], one.centre[1] - centre[1]),
  );
  for (let y = 0; y < shape[b]; y++) {
    let at = slice * strides[axis] + y * strides[b];
    for (let x = 0; x < shape[a]; x++, at += strides[a]) {
      if ((1 - t) * samples[0](x, y) + t * samples[1](x, y) <= 0) mask[at] = 1;
    }
  }
}

/** The field at a place moved by (dx, dy) voxels, linear between voxels; beyond its border as at the border. */
function sampler(
  { field, across, down }: SliceShape,
  dx: number,
  dy: number,
): (x: number, y: number) => number {
  const [wholeX, wholeY] = [Math.floor(dx), Math.floor(dy)];
  const [fx, fy] = [dx - wholeX, dy - wholeY];
  const [w00, w10, w01, w11] = [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy];
  return (x, y) => {
    let x0 = x + 1 + wholeX;
    let y0 = y + 1 + wholeY;
    x0 = x0 < 0 ? 0 : x0 > across - 2 ? across - 2 : x0;
    y0 = y0 < 0 ? 0 : y0 > down - 2 ? down - 2 : y0;
    const at = x0 + across * y0;
    return w00 * field[at] + w10 * field[at + 1] + w01 * field[at + across] + w11 * field[at + across + 1];
  };
}
