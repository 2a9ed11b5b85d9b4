// Many masks of one case → metrics of asked pairs: each mask's surfaces are found once, however many pairs it is in.
import { metricsFrom } from './compare.ts';
import type { Box } from './box.ts';
import { countRuns, runSlices, type LabelRuns } from './label-runs.ts';
import { surfaceVoxels } from './surface-voxels.ts';
import type { MaskGrid, MetricSettings, PairMetrics } from './types.ts';

/**
 * Metrics of every label of every pair, in the order of `pairs` ([reference, test] as positions in `masks`); the same
 * numbers as `compareRuns` pair by pair. What is kept between pairs is a mask's own box and surface voxels, label by
 * label, until no later pair needs that mask. Throws RangeError for masks that do not fit the grid.
 */
export function compareMany(
  masks: readonly LabelRuns[],
  pairs: readonly (readonly [number, number])[],
  grid: MaskGrid,
  labels: readonly number[],
  settings: MetricSettings,
): PairMetrics[][] {
  const kept = new Map<number, CachedMask>();
  const last = new Map<number, number>();
  pairs.forEach((pair, n) => pair.forEach((mask) => last.set(mask, n)));
  const cached = (mask: number): CachedMask => {
    const known = kept.get(mask) ?? new CachedMask(masks[mask], grid);
    kept.set(mask, known);
    return known;
  };
  return pairs.map(([a, b], n) => {
    const counts = countRuns(masks[a], masks[b], grid);
    const metrics = metricsFrom(counts, grid, labels, settings, (label) => [
      cached(a).surface(label),
      cached(b).surface(label),
    ]);
    for (const mask of [a, b]) if (last.get(mask) === n) kept.delete(mask);
    return metrics;
  });
}

/** The surfaces of one mask, found when first asked for. */
class CachedMask {
  private readonly runs: LabelRuns;
  private readonly grid: MaskGrid;
  private readonly surfaces = new Map<number, Int32Array>();
  private boxes: Map<number, Box> | null = null;

  constructor(runs: LabelRuns, grid: MaskGrid) {
    this.runs = runs;
    this.grid = grid;
  }

  surface(label: number): Int32Array {
    const known = this.surfaces.get(label);
    if (known) return known;
    this.boxes ??= boxesOf(this.runs, this.grid);
    const box = this.boxes.get(label);
    const [nx, ny] = this.grid.shape;
    const found = box ? surfaceVoxels(box, runSlices(this.runs, nx, ny, label, box)) : new Int32Array(0);
    this.surfaces.set(label, found);
    return found;
  }
}

function boxesOf(runs: LabelRuns, grid: MaskGrid): Map<number, Box> {
  const counts = countRuns(runs, runs, grid);
  return new Map(counts.labels().map((label) => [label, counts.of(label).box!]));
}
