// Directed surface distances → Hausdorff and its percentiles, mean distances, surface Dice.
import { nearestDistances } from './nearest-voxel.ts';
import { mergeSorted, percentileOfSorted } from './percentile.ts';
import type { MetricSettings, Spacing, SurfaceMetrics } from './types.ts';

/** Distances that differ by rounding alone count as equal to the tolerance. */
const ROUNDING_MM = 1e-9;

export const NO_SURFACE: Readonly<SurfaceMetrics> = {
  hausdorffMm: null,
  hd95PooledMm: null,
  hd95MaxMm: null,
  hd95MeanMm: null,
  assdMm: null,
  masdMm: null,
  nsd: null,
};
export const IDENTICAL_SURFACE: Readonly<SurfaceMetrics> = {
  hausdorffMm: 0,
  hd95PooledMm: 0,
  hd95MaxMm: 0,
  hd95MeanMm: 0,
  assdMm: 0,
  masdMm: 0,
  nsd: 1,
};

/** All surface figures of two non-empty sets of surface voxels (triples i, j, k on one grid, in scan order). */
export function surfaceMetrics(
  reference: Int32Array,
  test: Int32Array,
  spacing: Spacing,
  settings: MetricSettings,
): SurfaceMetrics {
  return distanceMetrics(
    nearestDistances(reference, test, spacing),
    nearestDistances(test, reference, spacing),
    settings,
  );
}

/**
 * The figures of both directed sets of distances in mm, neither empty; both arrays are sorted in place.
 * hd95Pooled as MedPy, hd95Max as MONAI, hd95Mean as plastimatch; nsd counts surface voxels within the tolerance.
 */
export function distanceMetrics(
  toTest: Float64Array,
  toReference: Float64Array,
  settings: MetricSettings,
): SurfaceMetrics {
  toTest.sort();
  toReference.sort();
  const pooled = mergeSorted(toTest, toReference);
  const forward = percentileOfSorted(toTest, settings.percentile);
  const backward = percentileOfSorted(toReference, settings.percentile);
  const forwardSum = sum(toTest);
  const backwardSum = sum(toReference);
  const limit = settings.nsdToleranceMm + ROUNDING_MM;
  return {
    hausdorffMm: pooled[pooled.length - 1],
    hd95PooledMm: percentileOfSorted(pooled, settings.percentile),
    hd95MaxMm: Math.max(forward, backward),
    hd95MeanMm: (forward + backward) / 2,
    assdMm: (forwardSum + backwardSum) / pooled.length,
    masdMm: (forwardSum / toTest.length + backwardSum / toReference.length) / 2,
    nsd: countUpTo(pooled, limit) / pooled.length,
  };
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let n = 0; n < values.length; n++) total += values[n];
  return total;
}

/** How many of the ascending values are at most `limit`. */
function countUpTo(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
