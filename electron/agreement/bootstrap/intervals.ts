// From replicates to intervals: percentile and BCa.
import { normalCdf, normalQuantile } from '../distributions/index.ts';
import { percentileOfSorted } from '../percentile.ts';
import type { Interval } from '../ratings/estimate.ts';

export interface BootstrapInterval {
  estimate: number | null;
  /** Standard deviation of the replicates. */
  se: number | null;
  percentile: Interval | null;
  bca: Interval | null;
  /** Replicates in which the figure was defined, and not. */
  replicates: number;
  undefinedReplicates: number;
  reason: string | null;
}

/**
 * 95 % intervals of a figure (Efron and Tibshirani 1993, An Introduction to the Bootstrap, ch. 13 and 14).
 * `replicates`: the figure on each resample, NaN where undefined: those are counted and left out. `jackknife`: the
 * figure with each cluster left out once, for BCa's acceleration. BCa's bias correction counts replicates equal to the
 * estimate by half and quantiles interpolate linearly, both as SciPy (R boot counts only those below, and interpolates
 * on the normal scale). BCa is null when all replicates lie on one side of the estimate.
 */
export function bootstrapIntervals(
  estimate: number,
  replicates: Float64Array,
  jackknife: Float64Array,
): BootstrapInterval {
  const defined = replicates.filter((value) => !Number.isNaN(value)).sort();
  const counts = { replicates: defined.length, undefinedReplicates: replicates.length - defined.length };
  const nothing = { estimate: null, se: null, percentile: null, bca: null, ...counts };
  if (Number.isNaN(estimate)) return { ...nothing, reason: 'the figure itself is undefined' };
  if (defined.length < 2) return { ...nothing, estimate, reason: 'it is undefined in nearly all resamples' };
  const mean = defined.reduce((sum, value) => sum + value, 0) / defined.length;
  const squares = defined.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const se = Math.sqrt(squares / (defined.length - 1));
  const percentile: Interval = [percentileOfSorted(defined, 2.5), percentileOfSorted(defined, 97.5)];
  const bca = biasCorrected(estimate, defined, jackknife);
  const reason = bca === null ? 'BCa is undefined: the replicates lie on one side of the estimate' : null;
  return { estimate, se, percentile, bca, ...counts, reason };
}

function biasCorrected(estimate: number, sorted: Float64Array, jackknife: Float64Array): Interval | null {
  if (sorted[0] === sorted[sorted.length - 1] && sorted[0] === estimate) return [estimate, estimate];
  let below = 0;
  for (const value of sorted) below += value < estimate ? 1 : value === estimate ? 0.5 : 0;
  const share = below / sorted.length;
  if (share <= 0 || share >= 1) return null;
  const bias = normalQuantile(share);
  const acceleration = accelerationOf(jackknife);
  const bound = (p: number) => {
    const shifted = bias + normalQuantile(p);
    const at = normalCdf(bias + shifted / (1 - acceleration * shifted));
    return percentileOfSorted(sorted, 100 * at);
  };
  return [bound(0.025), bound(0.975)];
}

/** Efron's acceleration from the jackknife; 0 when the figure does not depend on any one cluster. */
function accelerationOf(jackknife: Float64Array): number {
  const defined = jackknife.filter((value) => !Number.isNaN(value));
  const mean = defined.reduce((sum, value) => sum + value, 0) / defined.length;
  let [squares, cubes] = [0, 0];
  for (const value of defined) {
    squares += (mean - value) ** 2;
    cubes += (mean - value) ** 3;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}
