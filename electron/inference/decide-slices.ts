// Scores to labels slice by slice: no channel is ever held at the volume's own size, which may be a gigabyte each.
import type { Triple } from '../contract/geometry.ts';
import { regionThreshold, type Decision } from './decide.ts';
import type { SplineOrder } from './manifest.ts';
import { tapsOf } from './spline.ts';

/** 0 takes the nearest voxel along a dimension, 1 blends the two nearest. */
export type BlendOrder = Extract<SplineOrder, 0 | 1>;

/**
 * Labels of shape `to` from one score array of shape `from` a channel, each dimension resized with its order. The same
 * labels as resizing whole channels and then deciding, but for scores closer to each other than 32-bit rounding.
 */
export function decideInSlices(
  scores: readonly Float32Array[],
  from: Triple,
  to: Triple,
  orders: readonly [BlendOrder, BlendOrder, BlendOrder],
  plan: Decision,
): Uint8Array {
  const size = to[1] * to[2];
  const labels = new Uint8Array(to[0] * size);
  const resizer = new SliceResizer(from, to, orders);
  const isRegion = regionThreshold(plan);
  const labelOf = new Map(plan.labels.map(({ channel, label }) => [channel, label]));
  const best = new Float32Array(size);
  const slice = new Float32Array(size);
  for (let d = 0; d < to[0]; d++) {
    const target = labels.subarray(d * size, (d + 1) * size);
    if (isRegion) {
      for (const { channel, label } of plan.labels) {
        resizer.slice(scores[channel], d, slice);
        for (let n = 0; n < size; n++) if (isRegion(slice[n])) target[n] = label;
      }
      continue;
    }
    // The first channel leads everywhere until another one beats it.
    resizer.slice(scores[0], d, best);
    target.fill(labelOf.get(0) ?? 0);
    for (let channel = 1; channel < scores.length; channel++) {
      resizer.slice(scores[channel], d, slice);
      overtake(best, slice, target, labelOf.get(channel) ?? 0);
    }
  }
  return labels;
}

function overtake(best: Float32Array, scores: Float32Array, labels: Uint8Array, label: number): void {
  for (let n = 0; n < best.length; n++) {
    if (scores[n] > best[n]) {
      best[n] = scores[n];
      labels[n] = label;
    }
  }
}

/** One slice at a time of an array resized linearly or by nearest voxels; voxel edges aligned, borders held. */
class SliceResizer {
  private readonly from: Triple;
  private readonly to: Triple;
  private readonly taps: { first: Int32Array; second: Int32Array; part: Float64Array }[];
  private readonly between: Float32Array;
  private readonly wide: Float32Array;

  constructor(from: Triple, to: Triple, orders: readonly [BlendOrder, BlendOrder, BlendOrder]) {
    this.from = from;
    this.to = to;
    this.taps = orders.map((order, d) => pairsOf(from[d], to[d], order));
    this.between = new Float32Array(from[1] * from[2]);
    this.wide = new Float32Array(from[1] * to[2]);
  }

  /** Slice `d` (of the resized array) of `values` into `out`. */
  slice(values: Float32Array, d: number, out: Float32Array): void {
    const [, height, width] = this.from;
    const [depths, rows, columns] = this.taps;
    const size = height * width;
    const near = values.subarray(depths.first[d] * size, (depths.first[d] + 1) * size);
    const far = values.subarray(depths.second[d] * size, (depths.second[d] + 1) * size);
    const flat = blendInto(near, far, depths.part[d], this.between);
    const wide = this.to[2] === width ? flat : this.widen(flat, height, columns);
    const wideWidth = this.to[2];
    for (let h = 0; h < this.to[1]; h++) {
      const a = wide.subarray(rows.first[h] * wideWidth, (rows.first[h] + 1) * wideWidth);
      const b = wide.subarray(rows.second[h] * wideWidth, (rows.second[h] + 1) * wideWidth);
      const row = out.subarray(h * wideWidth, (h + 1) * wideWidth);
      const blended = blendInto(a, b, rows.part[h], row);
      if (blended !== row) row.set(blended);
    }
  }

  private widen(flat: Float32Array, height: number, { first, second, part }: SliceResizer['taps'][number]) {
    const width = this.from[2];
    const wideWidth = this.to[2];
    for (let h = 0, n = 0; h < height; h++) {
      const row = h * width;
      for (let w = 0; w < wideWidth; w++, n++) {
        const a = flat[row + first[w]];
        this.wide[n] = a + part[w] * (flat[row + second[w]] - a);
      }
    }
    return this.wide;
  }
}

/** a + part · (b − a) in `out`; `a` itself where nothing of b is wanted. */
function blendInto(a: Float32Array, b: Float32Array, part: number, out: Float32Array): Float32Array {
  if (part === 0) return a;
  for (let n = 0; n < a.length; n++) out[n] = a[n] + part * (b[n] - a[n]);
  return out;
}

function pairsOf(old: number, size: number, order: BlendOrder) {
  const { first, weights, width } = tapsOf(old, size, order);
  const second = first.map((n) => Math.min(old - 1, n + 1));
  const part = Float64Array.from(first, (_, n) => (width === 2 ? weights[2 * n + 1] : 0));
  return { first, second, part };
}
