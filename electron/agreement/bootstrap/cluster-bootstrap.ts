// The bootstrap by clusters (patients): figures on resamples, on all data, and with each cluster left out.
import { resample, streamOf } from './random.ts';

/** Figures of clustered data, reckoned for any multiplicity of the clusters. */
export interface ClusterFigures {
  readonly clusters: number;
  /** Names of the figures, in the order `evaluate` writes them. */
  readonly names: readonly string[];
  /** Writes every figure for data in which cluster c occurs `times[c]` times; NaN where undefined. */
  evaluate(times: Int32Array, out: Float64Array): void;
}

/** A part of the work: replicates, or clusters to leave out, from `from` up to before `to`. */
export interface BootstrapPart {
  readonly kind: 'replicates' | 'jackknife';
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

/** The figures on all data, each cluster once. */
export function wholeFigures(figures: ClusterFigures): Float64Array {
  const out = new Float64Array(figures.names.length);
  figures.evaluate(new Int32Array(figures.clusters).fill(1), out);
  return out;
}

/**
 * One row of figures a replicate (or left-out cluster) of the part. Replicate r draws whole clusters with replacement
 * from its own stream of (seed, r): parts may run anywhere in any order and the rows are the same.
 */
export function bootstrapRows(figures: ClusterFigures, part: BootstrapPart): Float64Array {
  const width = figures.names.length;
  const rows = new Float64Array((part.to - part.from) * width);
  const times = new Int32Array(figures.clusters).fill(1);
  for (let n = part.from; n < part.to; n++) {
    const out = rows.subarray((n - part.from) * width, (n - part.from + 1) * width);
    if (part.kind === 'replicates') {
      resample(times, streamOf(part.seed, n));
      figures.evaluate(times, out);
    } else {
      times[n] = 0;
      figures.evaluate(times, out);
      times[n] = 1;
    }
  }
  return rows;
}
