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
  const margin = marginFor(mask, block, axis, gaps);
  let known: { slice: number; shape: SliceShape } | null = null;
  gaps.forEach(([from, to], n) => {
    const first = known?.slice === from ? known.shape : shapeOf(mask, block, axis, from, spacing, margin);
    const second = shapeOf(mask, block, axis, to, spacing, margin);
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

/** Beyond it a shape that jumps far is measured as at the border: a field must stay small. */
const WIDEST_MARGIN = 64;

/** How far shapes are moved at most, in voxels: the fields reach so far beyond the block's own slice, and one more. */
function marginFor(mask: Uint8Array, block: Block, axis: Axis, gaps: [number, number][]): number {
  let farthest = 0;
  for (const gap of gaps) {
    const [one, other] = gap.map((slice) => outlineOf(mask, block, axis, slice).centre);
    farthest = Math.max(farthest, Math.abs(one[0] - other[0]), Math.abs(one[1] - other[1]));
  }
  return Math.min(WIDEST_MARGIN, Math.ceil(farthest) + 1);
}

interface Outline {
  centre: [number, number];
  /** First and last voxel of the shape along both axes. */
  low: [number, number];
  high: [number, number];
}

function outlineOf(mask: Uint8Array, { shape }: Block, axis: Axis, slice: number): Outline {
  const [a, b] = inPlane(axis);
  const strides = stridesOf(shape);
  const low: [number, number] = [shape[a], shape[b]];
  const high: [number, number] = [-1, -1];
  let [sumX, sumY, count] = [0, 0, 0];
  for (let y = 0; y < shape[b]; y++) {
    let at = slice * strides[axis] + y * strides[b];
    for (let x = 0; x < shape[a]; x++, at += strides[a]) {
      if (mask[at] === 0) continue;
      low[0] = Math.min(low[0], x);
      high[0] = Math.max(high[0], x);
      low[1] = Math.min(low[1], y);
      high[1] = y;
      sumX += x;
      sumY += y;
      count++;
    }
  }
  return { centre: [sumX / count, sumY / count], low, high };
}

interface SliceShape extends Outline {
  /** Signed distances, mm: below zero inside. `margin` voxels of outside are around the block's own slice. */
  field: Float32Array;
  across: number;
  down: number;
  margin: number;
}

function shapeOf(
  mask: Uint8Array,
  block: Block,
  axis: Axis,
  slice: number,
  spacing: [number, number],
  margin: number,
): SliceShape {
  const { shape } = block;
  const [a, b] = inPlane(axis);
  const strides = stridesOf(shape);
  const [across, down] = [shape[a] + 2 * margin, shape[b] + 2 * margin];
  const flat = new Uint8Array(across * down);
  for (let y = 0; y < shape[b]; y++) {
    let at = slice * strides[axis] + y * strides[b];
    let to = margin + across * (y + margin);
    for (let x = 0; x < shape[a]; x++, at += strides[a], to++) flat[to] = mask[at];
  }
  const size: [number, number, number] = [across, down, 1];
  const mm: [number, number, number] = [...spacing, 1];
  const field = squaredDistances(flat, size, mm, 1);
  const inside = squaredDistances(flat, size, mm, 0);
  for (let n = 0; n < field.length; n++)
    field[n] = flat[n] === 1 ? -Math.sqrt(inside[n]) : Math.sqrt(field[n]);
  return { ...outlineOf(mask, block, axis, slice), field, across, down, margin };
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
  const shifts = [first, second].map((one) => [0, 1].map((n) => one.centre[n] - centre[n]));
  // Where neither moved shape is, the blend cannot be inside.
  const from = [0, 1].map((n) =>
    Math.max(0, Math.floor(Math.min(first.low[n] - shifts[0][n], second.low[n] - shifts[1][n])) - 1),
  );
  const to = [0, 1].map((n) =>
    Math.min(
      [shape[a], shape[b]][n] - 1,
      Math.ceil(Math.max(first.high[n] - shifts[0][n], second.high[n] - shifts[1][n])) + 1,
    ),
  );
  const rows = [first, second].map((one, n) => new MovedRow(one, shifts[n][0], shifts[n][1], from[0], to[0]));
  for (let y = from[1]; y <= to[1]; y++) {
    const [one, other] = [rows[0].at(y), rows[1].at(y)];
    let at = slice * strides[axis] + y * strides[b] + from[0] * strides[a];
    for (let x = 0; x < one.length; x++, at += strides[a]) {
      if ((1 - t) * one[x] + t * other[x] <= 0) mask[at] = 1;
    }
  }
}

/** Rows of a field moved by (dx, dy) voxels, linear between voxels; beyond its border as at the border. */
class MovedRow {
  private readonly shape: SliceShape;
  private readonly dy: number;
  private readonly columns: Int32Array;
  private readonly shares: Float64Array;
  private readonly row: Float64Array;

  constructor(shape: SliceShape, dx: number, dy: number, from: number, to: number) {
    this.shape = shape;
    this.dy = dy;
    const places = Float64Array.from({ length: to - from + 1 }, (_, n) =>
      Math.min(shape.across - 1, Math.max(0, from + n + shape.margin + dx)),
    );
    this.columns = Int32Array.from(places, (x) => Math.min(shape.across - 2, Math.floor(x)));
    this.shares = places.map((x, n) => x - this.columns[n]);
    this.row = new Float64Array(to - from + 1);
  }

  at(y: number): Float64Array {
    const { shape, columns, shares, row, dy } = this;
    const { field, across, down, margin } = shape;
    const place = Math.min(down - 1, Math.max(0, y + margin + dy));
    const whole = Math.min(down - 2, Math.floor(place));
    const lower = place - whole;
    const start = across * whole;
    for (let n = 0; n < row.length; n++) {
      const at = start + columns[n];
      const share = shares[n];
      const upper = field[at] + share * (field[at + 1] - field[at]);
      const under = field[at + across] + share * (field[at + across + 1] - field[at + across]);
      row[n] = upper + lower * (under - upper);
    }
    return row;
  }
}
