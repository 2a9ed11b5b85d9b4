// One-dimensional resizing along an axis of an array, as SciPy's ndimage.zoom(mode='nearest', grid_mode=True) does it.
import type { Triple } from '../contract/geometry.ts';
import type { SplineOrder } from './manifest.ts';

/** Edge voxels added on both sides before the cubic filter, as SciPy adds them. */
const PAD = 12;
/** The pole of the cubic B-spline filter: √3 − 2. */
const POLE = Math.sqrt(3) - 2;

/** For one output position: the input positions it draws on and their weights. */
export interface Taps {
  first: Int32Array;
  weights: Float64Array;
  width: number;
}

/** Columns worked on side by side: what a cache line brings is used before it goes. */
const COLUMNS = 16;

/**
 * Resizes dimension `d` of `values` (`shape`, last dimension fastest) to `size`. Order 0 takes the nearest voxel,
 * 1 is linear, 3 a cubic B-spline; voxel edges are aligned (input position = (n + ½)·old/size − ½), borders held.
 * Sums are formed in 64 bits.
 */
export function resizeAxis(
  values: Float32Array,
  shape: Triple,
  d: number,
  size: number,
  order: SplineOrder,
): Float32Array {
  const old = shape[d];
  if (old === size) return values;
  const inner = shape.slice(d + 1).reduce((a, b) => a * b, 1);
  const outer = shape.slice(0, d).reduce((a, b) => a * b, 1);
  const taps = tapsOf(old, size, order);
  const out = new Float32Array(outer * size * inner);
  const pad = order === 3 ? PAD : 0;
  const lines = new Float64Array((old + 2 * pad) * COLUMNS);
  // Along the last dimension whole rows lie side by side; elsewhere neighbours do.
  const [columns, step] = inner === 1 ? [outer, old] : [inner, 1];
  const toStep = inner === 1 ? size : 1;
  for (let o = 0; o < (inner === 1 ? 1 : outer); o++) {
    for (let first = 0; first < columns; first += COLUMNS) {
      const width = Math.min(COLUMNS, columns - first);
      gather(values, o * old * inner + first * step, { old, inner, step, width, pad }, lines);
      if (order === 3) cubicCoefficients(lines, old + 2 * pad);
      blend(lines, taps, out, o * size * inner + first * toStep, { size, inner, step: toStep, width });
    }
  }
  return out;
}

/** `width` columns from offset `at` into `lines` (position by position), ends held for `pad` positions. */
function gather(
  values: Float32Array,
  at: number,
  { old, inner, step, width, pad }: { old: number; inner: number; step: number; width: number; pad: number },
  lines: Float64Array,
): void {
  for (let n = 0; n < old; n++) {
    const from = at + n * inner;
    const to = (n + pad) * COLUMNS;
    for (let c = 0; c < width; c++) lines[to + c] = values[from + c * step];
  }
  for (let n = 0; n < pad; n++) {
    lines.copyWithin(n * COLUMNS, pad * COLUMNS, (pad + 1) * COLUMNS);
    lines.copyWithin((old + pad + n) * COLUMNS, (old + pad - 1) * COLUMNS, (old + pad) * COLUMNS);
  }
}

/** Every output position of the columns in `lines` as its taps' weighted sum. */
function blend(
  lines: Float64Array,
  { first, weights, width: taps }: Taps,
  out: Float32Array,
  at: number,
  { size, inner, step, width }: { size: number; inner: number; step: number; width: number },
): void {
  for (let n = 0; n < size; n++) {
    const from = first[n] * COLUMNS;
    const to = at + n * inner;
    if (taps === 4) {
      const [w0, w1] = [weights[4 * n], weights[4 * n + 1]];
      const [w2, w3] = [weights[4 * n + 2], weights[4 * n + 3]];
      for (let c = 0; c < width; c++) {
        const k = from + c;
        out[to + c * step] =
          w0 * lines[k] + w1 * lines[k + COLUMNS] + w2 * lines[k + 2 * COLUMNS] + w3 * lines[k + 3 * COLUMNS];
      }
    } else if (taps === 2) {
      const [w0, w1] = [weights[2 * n], weights[2 * n + 1]];
      for (let c = 0; c < width; c++) {
        out[to + c * step] = w0 * lines[from + c] + w1 * lines[from + c + COLUMNS];
      }
    } else for (let c = 0; c < width; c++) out[to + c * step] = lines[from + c];
  }
}

/** Which positions of a line of `old` voxels make each of `size`, and with what weights. */
export function tapsOf(old: number, size: number, order: SplineOrder): Taps {
  const width = order === 3 ? 4 : order === 1 ? 2 : 1;
  const first = new Int32Array(size);
  const weights = new Float64Array(size * width);
  for (let n = 0; n < size; n++) {
    const at = ((n + 0.5) * old) / size - 0.5;
    if (order === 3) {
      const floor = Math.floor(at);
      first[n] = floor - 1 + PAD;
      weights.set(cubicWeights(at - floor), n * 4);
    } else if (order === 1) {
      const clamped = Math.min(old - 1, Math.max(0, at));
      const low = Math.min(Math.floor(clamped), Math.max(0, old - 2));
      const part = clamped - low;
      first[n] = low;
      weights[n * 2] = 1 - part;
      if (old > 1) weights[n * 2 + 1] = part;
    } else {
      first[n] = Math.min(old - 1, Math.max(0, Math.floor(at + 0.5)));
      weights[n] = 1;
    }
  }
  return { first, weights, width: old === 1 && order === 1 ? narrow(weights, size) : width };
}

/** A single voxel has no neighbour to blend with: both taps become one of weight 1. */
function narrow(weights: Float64Array, size: number): number {
  for (let n = 0; n < size; n++) weights[n] = 1;
  return 1;
}

/** Cubic B-spline weights of the four coefficients around a position `part` beyond the second. */
function cubicWeights(part: number): [number, number, number, number] {
  const rest = 1 - part;
  return [
    (rest * rest * rest) / 6,
    (4 - 6 * part * part + 3 * part * part * part) / 6,
    (4 - 6 * rest * rest + 3 * rest * rest * rest) / 6,
    (part * part * part) / 6,
  ];
}

/** Terms of the filter's start that a 64-bit sum can tell: |pole|³² is 5·10⁻¹⁹. */
const START = 32;

/** Turns `length` samples of each column into cubic B-spline coefficients in place, reflected about their ends (Unser 1999). */
function cubicCoefficients(lines: Float64Array, length: number): void {
  for (let k = 0; k < length * COLUMNS; k++) lines[k] *= 6;
  // The causal start: Σ pole^k over the reflected line, whose far end no longer counts.
  const terms = Math.min(START, length);
  for (let c = 0; c < COLUMNS; c++) {
    let power = POLE;
    let sum = lines[c];
    for (let k = 1; k < terms; k++) {
      sum += power * lines[k * COLUMNS + c];
      power *= POLE;
    }
    lines[c] += sum * POLE;
  }
  for (let k = COLUMNS; k < length * COLUMNS; k++) lines[k] += POLE * lines[k - COLUMNS];
  const end = (length - 1) * COLUMNS;
  for (let c = 0; c < COLUMNS; c++) lines[end + c] *= POLE / (POLE - 1);
  for (let k = end - 1; k >= 0; k--) lines[k] = POLE * (lines[k + COLUMNS] - lines[k]);
}
