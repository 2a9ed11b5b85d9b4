// One-dimensional resizing along an axis of an array, as SciPy's ndimage.zoom(mode='nearest', grid_mode=True) does it.
import type { Triple } from '../contract/geometry.ts';

/** Edge voxels added on both sides before the cubic filter, as SciPy adds them. */
const PAD = 12;
/** The pole of the cubic B-spline filter: √3 − 2. */
const POLE = Math.sqrt(3) - 2;

/** For one output position: the input positions it draws on and their weights. */
interface Taps {
  first: Int32Array;
  weights: Float64Array;
  width: number;
}

/**
 * Resizes dimension `d` of `values` (`shape`, last dimension fastest) to `size`. Order 0 takes the nearest voxel,
 * 1 is linear, 3 a cubic B-spline; voxel edges are aligned (input position = (n + ½)·old/size − ½), borders held.
 */
export function resizeAxis(
  values: Float64Array,
  shape: Triple,
  d: number,
  size: number,
  order: number,
): Float64Array {
  const old = shape[d];
  if (old === size) return values;
  const inner = shape.slice(d + 1).reduce((a, b) => a * b, 1);
  const outer = shape.slice(0, d).reduce((a, b) => a * b, 1);
  const taps = tapsOf(old, size, order);
  const out = new Float64Array(outer * size * inner);
  const line = new Float64Array(order === 3 ? old + 2 * PAD : old);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const from = o * old * inner + i;
      if (order === 3) {
        for (let n = 0; n < line.length; n++) {
          line[n] = values[from + Math.min(old - 1, Math.max(0, n - PAD)) * inner];
        }
        cubicCoefficients(line);
      } else {
        for (let n = 0; n < old; n++) line[n] = values[from + n * inner];
      }
      const to = o * size * inner + i;
      for (let n = 0; n < size; n++) {
        let sum = 0;
        for (let t = 0; t < taps.width; t++)
          sum += taps.weights[n * taps.width + t] * line[taps.first[n] + t];
        out[to + n * inner] = sum;
      }
    }
  }
  return out;
}

function tapsOf(old: number, size: number, order: number): Taps {
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

/** Turns samples into cubic B-spline coefficients in place, the line reflected about its ends (Unser 1999). */
function cubicCoefficients(line: Float64Array): void {
  const n = line.length;
  for (let k = 0; k < n; k++) line[k] *= 6;
  // The causal start: Σ pole^k over the reflected line.
  const last = POLE ** n;
  let power = POLE;
  let sum = line[0] + last * line[n - 1];
  for (let k = 1; k < n; k++) {
    sum += power * (line[k] + last * line[n - 1 - k]);
    power *= POLE;
  }
  line[0] += (sum * POLE) / (1 - last * last);
  for (let k = 1; k < n; k++) line[k] += POLE * line[k - 1];
  line[n - 1] *= POLE / (POLE - 1);
  for (let k = n - 2; k >= 0; k--) line[k] = POLE * (line[k + 1] - line[k]);
}
