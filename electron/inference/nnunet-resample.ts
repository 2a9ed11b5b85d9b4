// nnU-Net's resampling: cubic or linear in all directions, or slice by slice where slices are thick.
import type { Triple } from '../contract/geometry.ts';
import type { SplineOrder } from './manifest.ts';
import { roundHalfEven } from './resample.ts';
import { resizeAxis } from './spline.ts';

/** Slices count as thick where the largest spacing is more than three times the smallest. */
const ANISOTROPY = 3;

export interface ResampleOrders {
  /** Within slices, or in all directions. */
  order: SplineOrder;
  /** Across thick slices. */
  orderZ: SplineOrder;
}

/** New shape = round(old spacing / new spacing · old shape), halves to even; at least one voxel. */
export function nnunetShape(shape: Triple, spacing: Triple, wanted: Triple): Triple {
  return shape.map((n, d) => Math.max(1, roundHalfEven((spacing[d] / wanted[d]) * n))) as Triple;
}

/**
 * The dimension of thick slices, or null for none: looked for in `present` spacing first, then in `wanted`; two or
 * three dimensions that share the largest spacing are no slices.
 */
export function thickDimension(present: Triple, wanted: Triple, force: boolean | null): number | null {
  if (force === false) return null;
  const chosen = force === true || isThick(present) ? present : isThick(wanted) ? wanted : null;
  if (!chosen) return null;
  const largest = Math.max(...chosen);
  const dimensions = [0, 1, 2].filter((d) => chosen[d] === largest);
  return dimensions.length === 1 ? dimensions[0] : null;
}

function isThick(spacing: Triple): boolean {
  return Math.max(...spacing) / Math.min(...spacing) > ANISOTROPY;
}

/**
 * Resamples one channel of shape `from` (last dimension fastest) to `to`. As scikit-image's resize, results are
 * clipped to the range of what was resized: of the volume, or of each slice across `thick`.
 */
export function nnunetResample(
  values: Float32Array,
  from: Triple,
  to: Triple,
  thick: number | null,
  { order, orderZ }: ResampleOrders,
): Float32Array {
  if (from.every((n, d) => n === to[d])) return values;
  let array = values;
  const shape: Triple = [...from];
  const ranges = order > 1 ? rangesOf(array, shape, thick) : null;
  // What shrinks most goes first, so that the arrays between are small: the axes are independent of each other.
  const dimensions = [0, 1, 2].filter((d) => d !== thick).sort((a, b) => to[a] / from[a] - to[b] / from[b]);
  for (const d of dimensions) {
    array = resizeAxis(array, shape, d, to[d], order);
    shape[d] = to[d];
  }
  // Never in the caller's own array.
  if (ranges) clip(array === values ? (array = values.slice()) : array, shape, thick, ranges);
  if (thick !== null) array = resizeAxis(array, shape, thick, to[thick], orderZ);
  return array;
}

/** Smallest and largest value of the volume, or of every slice across `thick`. */
function rangesOf(array: Float32Array, shape: Triple, thick: number | null): [number, number][] {
  const ranges: [number, number][] = Array.from({ length: thick === null ? 1 : shape[thick] }, () => [
    Infinity,
    -Infinity,
  ]);
  const sliceOf = slices(shape, thick);
  for (let n = 0; n < array.length; n++) {
    const range = ranges[sliceOf(n)];
    if (array[n] < range[0]) range[0] = array[n];
    if (array[n] > range[1]) range[1] = array[n];
  }
  return ranges;
}

function clip(array: Float32Array, shape: Triple, thick: number | null, ranges: [number, number][]): void {
  const sliceOf = slices(shape, thick);
  for (let n = 0; n < array.length; n++) {
    const [low, high] = ranges[sliceOf(n)];
    if (array[n] < low) array[n] = low;
    else if (array[n] > high) array[n] = high;
  }
}

function slices(shape: Triple, thick: number | null): (n: number) => number {
  if (thick === null) return () => 0;
  const inner = shape.slice(thick + 1).reduce((a, b) => a * b, 1);
  return (n) => Math.floor(n / inner) % shape[thick];
}
