// Surface distances weighted by area: the option beside the voxel-counting figures.
import { nearestDistances } from '../nearest-voxel.ts';
import { DEFAULT_SETTINGS, type MetricSettings, type Spacing } from '../types.ts';
import type { Surfels } from './surfels.ts';

export interface SurfelMetrics {
  hausdorffMm: number | null;
  /** Larger directed percentile (95 unless set otherwise). */
  hd95MaxMm: number | null;
  /** Mean of both surfaces' distances together, and the mean of the two directed means. */
  assdMm: number | null;
  masdMm: number | null;
  /** Share of both surfaces' area within the tolerance of the other. */
  nsd: number | null;
  /** Directed: reference → test, test → reference. */
  directedMeanMm: [number, number] | null;
  directedOverlap: [number, number] | null;
  areaMm2: { reference: number; test: number };
}

/** Distances that differ by rounding alone count as equal to the tolerance. */
const ROUNDING_MM = 1e-9;

/**
 * Area-weighted surface figures on surface elements, as google-deepmind/surface-distance (Nikolov et al. 2021, J Med
 * Internet Res 23:e26151): elements lie between voxel centres and count by their area, percentiles are by area without
 * interpolation. Lengths in mm. Either surface empty: everything but the areas is null (surface-distance gives ∞ or NaN).
 */
export function surfelMetrics(
  reference: Surfels,
  test: Surfels,
  spacing: Spacing,
  settings: MetricSettings = DEFAULT_SETTINGS,
): SurfelMetrics {
  const areaMm2 = { reference: total(reference.areas), test: total(test.areas) };
  if (reference.areas.length === 0 || test.areas.length === 0) {
    const nothing = { hausdorffMm: null, hd95MaxMm: null, assdMm: null, masdMm: null, nsd: null };
    return { ...nothing, directedMeanMm: null, directedOverlap: null, areaMm2 };
  }
  const forward = directed(reference, test, spacing, settings);
  const backward = directed(test, reference, spacing, settings);
  const area = areaMm2.reference + areaMm2.test;
  return {
    hausdorffMm: Math.max(forward.maximum, backward.maximum),
    hd95MaxMm: Math.max(forward.percentile, backward.percentile),
    assdMm: (forward.sum + backward.sum) / area,
    masdMm: (forward.sum / areaMm2.reference + backward.sum / areaMm2.test) / 2,
    nsd: (forward.near + backward.near) / area,
    directedMeanMm: [forward.sum / areaMm2.reference, backward.sum / areaMm2.test],
    directedOverlap: [forward.near / areaMm2.reference, backward.near / areaMm2.test],
    areaMm2,
  };
}

function directed(from: Surfels, to: Surfels, spacing: Spacing, settings: MetricSettings) {
  const distances = nearestDistances(from.places, to.places, spacing);
  const order = Float64Array.from(distances, (_, n) => n).sort((a, b) => distances[a] - distances[b]);
  const area = total(from.areas);
  let [sum, near, covered, percentile] = [0, 0, 0, NaN];
  for (const n of order) {
    sum += distances[n] * from.areas[n];
    if (distances[n] <= settings.nsdToleranceMm + ROUNDING_MM) near += from.areas[n];
    covered += from.areas[n];
    if (Number.isNaN(percentile) && covered >= (settings.percentile / 100) * area * (1 - 1e-12))
      percentile = distances[n];
  }
  const maximum = distances[order[order.length - 1]];
  return { sum, near, percentile: settings.percentile === 100 ? maximum : percentile, maximum };
}

function total(values: Float64Array): number {
  let sum = 0;
  for (let n = 0; n < values.length; n++) sum += values[n];
  return sum;
}
