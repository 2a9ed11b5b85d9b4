// Trilinear resampling between grids of the same extent, one axis after the other.
import type { Triple } from '../contract/geometry.ts';

/** Rounds halves to the even neighbour, as Python and NumPy do. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Shape after resampling from `spacing` to `wanted` (mm), at least one voxel an axis. */
export function resampledShape(shape: Triple, spacing: Triple, wanted: Triple): Triple {
  return shape.map((n, d) => Math.max(1, roundHalfEven((n * spacing[d]) / wanted[d]))) as Triple;
}

/** Values of shape `from` (last dimension fastest) at shape `to`; voxel edges aligned, borders held. */
export function resample(values: Float32Array, from: Triple, to: Triple): Float32Array {
  let result = values;
  const shape: Triple = [...from];
  // The dimension that shrinks most goes first, so that the intermediate arrays are small.
  const order = [0, 1, 2].sort((a, b) => to[a] / from[a] - to[b] / from[b]);
  for (const d of order) {
    if (shape[d] === to[d]) continue;
    result = resampleAxis(result, shape, d, to[d]);
    shape[d] = to[d];
  }
  return result;
}

function resampleAxis(values: Float32Array, shape: Triple, d: number, size: number): Float32Array {
  const inner = shape.slice(d + 1).reduce((a, b) => a * b, 1);
  const outer = shape.slice(0, d).reduce((a, b) => a * b, 1);
  const old = shape[d];
  const out = new Float32Array(outer * size * inner);
  for (let n = 0; n < size; n++) {
    const at = Math.min(old - 1, Math.max(0, ((n + 0.5) * old) / size - 0.5));
    const low = Math.floor(at);
    const high = Math.min(old - 1, low + 1);
    const part = at - low;
    for (let o = 0; o < outer; o++) {
      const a = (o * old + low) * inner;
      const b = (o * old + high) * inner;
      const to = (o * size + n) * inner;
      for (let i = 0; i < inner; i++) out[to + i] = values[a + i] + part * (values[b + i] - values[a + i]);
    }
  }
  return out;
}
