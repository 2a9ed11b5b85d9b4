// Where the tiles of a sliding window lie and how their outputs are weighted, as nnU-Net does both.
import type { Triple } from '../contract/geometry.ts';
import { roundHalfEven } from './resample.ts';

/**
 * First index of every tile along one axis: evenly spread, first at 0, last flush with the end. Tiles of one voxel
 * (slices of 2D networks) and small steps would start at the same index again; each start comes once.
 */
export function tileStarts(size: number, patch: number, overlap: number): number[] {
  if (size < patch) throw new RangeError(`a tile of ${patch} does not fit ${size} voxels`);
  const target = patch * (1 - overlap);
  const count = Math.ceil((size - patch) / target) + 1;
  if (count === 1) return [0];
  const step = (size - patch) / (count - 1);
  const starts = Array.from({ length: count }, (_, n) => roundHalfEven(step * n));
  return [...new Set(starts)];
}

/** First voxels of all tiles, D slowest. */
export function tilePositions(shape: Triple, patch: Triple, overlap: number): Triple[] {
  const [ds, hs, ws] = shape.map((size, d) => tileStarts(size, patch[d], overlap));
  return ds.flatMap((d) => hs.flatMap((h) => ws.map((w): Triple => [d, h, w])));
}

/**
 * Gaussian weights over a tile: sd = side / 8, centre at side // 2, largest 1; zeros become the smallest positive
 * weight, so that no voxel goes without. Separable, so computed as a product (nnU-Net filters a single 1).
 */
export function gaussianWeights(patch: Triple): Float32Array {
  const axes = patch.map((side) => {
    const centre = Math.floor(side / 2);
    return Float64Array.from({ length: side }, (_, n) => Math.exp(-0.5 * ((n - centre) / (side / 8)) ** 2));
  });
  const weights = new Float32Array(patch[0] * patch[1] * patch[2]);
  let n = 0;
  let smallest = Infinity;
  for (const a of axes[0]) {
    for (const b of axes[1]) {
      for (const c of axes[2]) {
        const weight = Math.fround(a * b * c);
        weights[n++] = weight;
        if (weight > 0 && weight < smallest) smallest = weight;
      }
    }
  }
  for (n = 0; n < weights.length; n++) if (weights[n] === 0) weights[n] = smallest;
  return weights;
}

/** Values of shape `from` in the middle of zeros of shape `to`; the odd voxel lies above. `before` = voxels added in front. */
export function padToShape(
  values: Float32Array,
  from: Triple,
  to: Triple,
): { values: Float32Array; before: Triple } {
  const before = to.map((n, d) => Math.floor((n - from[d]) / 2)) as Triple;
  if (to.every((n, d) => n === from[d])) return { values, before };
  const out = new Float32Array(to[0] * to[1] * to[2]);
  for (let d = 0; d < from[0]; d++) {
    for (let h = 0; h < from[1]; h++) {
      const row = (d * from[1] + h) * from[2];
      const at = ((d + before[0]) * to[1] + h + before[1]) * to[2] + before[2];
      out.set(values.subarray(row, row + from[2]), at);
    }
  }
  return { values: out, before };
}

/** The inverse of `padToShape`: the part of shape `to` that starts at `before`. */
export function cropTo(values: Float32Array, from: Triple, to: Triple, before: Triple): Float32Array {
  if (to.every((n, d) => n === from[d])) return values;
  const out = new Float32Array(to[0] * to[1] * to[2]);
  for (let d = 0; d < to[0]; d++) {
    for (let h = 0; h < to[1]; h++) {
      const at = ((d + before[0]) * from[1] + h + before[1]) * from[2] + before[2];
      out.set(values.subarray(at, at + to[2]), (d * to[1] + h) * to[2]);
    }
  }
  return out;
}
