// Two masks → every metric of every asked label: counts once, then surfaces label by label in the label's own box.
import type { Box } from './box.ts';
import { countDense } from './count-dense.ts';
import type { JointCounts, LabelCounts } from './joint-counts.ts';
import { countRuns, runSlices, type LabelRuns } from './label-runs.ts';
import { overlapMetrics } from './overlap.ts';
import { IDENTICAL_SURFACE, NO_SURFACE, surfaceMetrics } from './surface-distances.ts';
import { denseSlices, surfaceVoxels } from './surface-voxels.ts';
import {
  DEFAULT_SETTINGS,
  type MaskGrid,
  type MetricSettings,
  type PairMetrics,
  type SurfaceMetrics,
} from './types.ts';

/** Label numbers 1…255, or all that occur in either mask (ascending). */
export type AskedLabels = readonly number[] | 'all';

/**
 * Compares two label arrays on one grid. Precision, recall and differences are of `test` against `reference`.
 * Throws RangeError for arrays that do not fit the grid, labels outside 1…255, or settings out of range.
 */
export function compareMasks(
  reference: Uint8Array,
  test: Uint8Array,
  grid: MaskGrid,
  labels: AskedLabels,
  settings: MetricSettings = DEFAULT_SETTINGS,
): PairMetrics[] {
  const [nx, ny] = grid.shape;
  return metricsFrom(countDense(reference, test, grid), grid, labels, settings, (label, box) => [
    surfaceVoxels(box, denseSlices(reference, nx, ny, label, box)),
    surfaceVoxels(box, denseSlices(test, nx, ny, label, box)),
  ]);
}

/** The same for masks kept as runs; only three slices of one label are ever unpacked. */
export function compareRuns(
  reference: LabelRuns,
  test: LabelRuns,
  grid: MaskGrid,
  labels: AskedLabels,
  settings: MetricSettings = DEFAULT_SETTINGS,
): PairMetrics[] {
  const [nx, ny] = grid.shape;
  return metricsFrom(countRuns(reference, test, grid), grid, labels, settings, (label, box) => [
    surfaceVoxels(box, runSlices(reference, nx, ny, label, box)),
    surfaceVoxels(box, runSlices(test, nx, ny, label, box)),
  ]);
}

type Surfaces = (label: number, box: Box) => [reference: Int32Array, test: Int32Array];

/** Metrics of asked labels from joint counts; `surfaces` gives both masks' surface voxels, label by label. */
export function metricsFrom(
  counts: JointCounts,
  grid: MaskGrid,
  labels: AskedLabels,
  settings: MetricSettings,
  surfaces: Surfaces,
): PairMetrics[] {
  checkSettings(settings);
  const asked = labels === 'all' ? counts.labels() : labels;
  return asked.map((label) => {
    if (!Number.isInteger(label) || label < 1 || label > 255) {
      throw new RangeError(`label ${label} is not a whole number from 1 to 255`);
    }
    const ofLabel = counts.of(label);
    const overlap = overlapMetrics(label, ofLabel, grid);
    const surface = surfaceOf(label, ofLabel, grid, settings, surfaces);
    const notes = [...overlap.notes, ...surfaceNotes(ofLabel, grid, settings)];
    const { notes: _, ...figures } = overlap;
    return { ...figures, surface, notes };
  });
}

function surfaceOf(
  label: number,
  { reference, test, both, box }: LabelCounts,
  grid: MaskGrid,
  settings: MetricSettings,
  surfaces: Surfaces,
): SurfaceMetrics {
  if (reference === 0 || test === 0 || box === null) return { ...NO_SURFACE };
  if (both === reference && both === test) return { ...IDENTICAL_SURFACE };
  const [ofReference, ofTest] = surfaces(label, box);
  return surfaceMetrics(ofReference, ofTest, grid.spacing, settings);
}

function surfaceNotes({ reference, test }: LabelCounts, grid: MaskGrid, settings: MetricSettings): string[] {
  if (reference === 0 || test === 0) return [];
  const notes: string[] = [];
  if (settings.percentile !== 95) {
    notes.push(`The hd95 figures are at the ${settings.percentile}th percentile, not the 95th, as asked.`);
  }
  if (grid.shape.includes(1)) {
    notes.push(
      'The grid is one voxel thick, so that every foreground voxel touches its outside and counts as surface.',
    );
  }
  return notes;
}

function checkSettings({ nsdToleranceMm, percentile }: MetricSettings): void {
  if (!Number.isFinite(nsdToleranceMm) || nsdToleranceMm < 0) {
    throw new RangeError(`the tolerance ${nsdToleranceMm} mm is not a length of 0 mm or more`);
  }
  if (!(percentile >= 0 && percentile <= 100)) {
    throw new RangeError(`the percentile ${percentile} is not between 0 and 100`);
  }
}
