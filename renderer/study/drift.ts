// Control charts as the page shows them: which points to draw, and which lie outside their limits.
import type { Chart, Drift } from '../../electron/contract/activity.ts';

export type DriftMeasure = 'consensus' | 'dice' | 'volume';

/** What is charted, in words; `axis` fits beside a plot. */
export const MEASURES: Record<DriftMeasure, { label: string; axis: string; digits: number }> = {
  consensus: { label: 'Dice with the consensus', axis: 'Dice with the consensus', digits: 3 },
  dice: { label: 'Dice with the others', axis: 'Mean Dice with the others', digits: 3 },
  volume: { label: 'Volume', axis: 'Volume over the readers’ mean', digits: 2 },
};

/** Where the limits come from, said under every chart. */
export const LIMITS_SOURCE =
  'Individuals chart: centre line at the mean, limits at the mean ± 2.66 mean moving ranges (three standard deviations estimated as the mean moving range / 1.128; Montgomery, Introduction to Statistical Quality Control).';

export interface FlaggedPoint {
  key: string;
  personId: string;
  label: number;
  measure: DriftMeasure;
  point: Chart['points'][number];
  lower: number;
  upper: number;
}

/** Every point outside its limits, of all readers, structures and measures; the newest first. */
export function flaggedPoints(drift: Drift): FlaggedPoint[] {
  return drift.readers
    .flatMap(({ personId, structures }) =>
      structures.flatMap((structure) =>
        (Object.keys(MEASURES) as DriftMeasure[]).flatMap((measure) => {
          const { points, lower, upper } = structure[measure];
          if (lower === null || upper === null) return [];
          return points
            .filter((point) => point.outside)
            .map((point) => ({
              key: `${point.readId}/${structure.label}/${measure}`,
              personId,
              label: structure.label,
              measure,
              point,
              lower,
              upper,
            }));
        }),
      ),
    )
    .sort((a, b) => b.point.sealedAt.localeCompare(a.point.sealedAt) || a.key.localeCompare(b.key));
}

/** The charts of one structure and measure that have points, reader by reader. */
export function chartsOf(
  drift: Drift,
  label: number,
  measure: DriftMeasure,
): { personId: string; chart: Chart }[] {
  return drift.readers.flatMap(({ personId, structures }) => {
    const chart = structures.find((one) => one.label === label)?.[measure];
    return chart && chart.points.length > 0 ? [{ personId, chart }] : [];
  });
}
