// Krippendorff's alpha for nominal, ordinal, interval and ratio data with missing ratings.
import type { Ratings } from './rating-table.ts';

export type AlphaLevel = 'nominal' | 'ordinal' | 'interval' | 'ratio';
export const ALPHA_LEVELS: readonly AlphaLevel[] = ['nominal', 'ordinal', 'interval', 'ratio'];

export interface Alpha {
  estimate: number | null;
  /** Ratings of subjects with two or more, the only ones that can be compared. */
  pairableRatings: number;
  reason: string | null;
}

/**
 * Krippendorff's alpha (Krippendorff 2011, Computing Krippendorff's alpha-reliability; 2013, Content Analysis, ch. 12).
 * `ratings`: subjects × raters; missing ratings are null, and subjects with fewer than two ratings are left out.
 * `values`: the numbers themselves (interval, ratio) or places of levels (nominal, ordinal). Differences squared:
 * nominal 1; ordinal by the ratings that lie between, ends by half; interval (c − k)²; ratio ((c − k)/(c + k))².
 * Undefined when all pairable ratings are one value, and for ratio when a rating is negative. It gives Krippendorff's
 * own worked examples; R irr differs for complete data of three or more raters (see `alphaAsIrr`).
 */
export function krippendorffAlpha(ratings: Ratings, level: AlphaLevel): Alpha {
  const units = ratings
    .map((row) => row.filter((value): value is number => value !== null))
    .filter((row) => row.length > 1);
  const totals = new Map<number, number>();
  for (const row of units) for (const value of row) totals.set(value, (totals.get(value) ?? 0) + 1);
  return alphaOf(units.map(countValues), totals, level);
}

/**
 * Alpha of complete data as R irr 0.84.1 prints it: irr counts each rating raters − 1 times unless a rating is missing,
 * so that its small-sample factor (n − 1)/n is that of a larger n. Krippendorff's definition is the one used here, for
 * irr's own answer for the same ratings changes when one more subject with a missing rating is added.
 */
export function alphaAsIrr(alpha: number, subjects: number, raters: number): number {
  const n = subjects * raters;
  const counted = n * (raters - 1);
  return 1 - ((1 - alpha) * ((counted - 1) / counted)) / ((n - 1) / n);
}

/** The same from counts: one row a subject, one column a value of `values` (places of levels by default). */
export function krippendorffAlphaOfCounts(
  counts: readonly (readonly number[])[],
  level: AlphaLevel,
  values: readonly number[] = (counts[0] ?? []).map((_, place) => place),
): Alpha {
  const units = counts
    .map(
      (row) => new Map(row.map((count, n) => [values[n], count] as const).filter(([, count]) => count > 0)),
    )
    .filter((unit) => sizeOf(unit) > 1);
  const totals = new Map<number, number>();
  for (const unit of units) for (const [v, count] of unit) totals.set(v, (totals.get(v) ?? 0) + count);
  return alphaOf(units, totals, level);
}

function countValues(row: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of row) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function sizeOf(unit: ReadonlyMap<number, number>): number {
  let size = 0;
  for (const count of unit.values()) size += count;
  return size;
}

function alphaOf(
  units: readonly ReadonlyMap<number, number>[],
  totals: ReadonlyMap<number, number>,
  level: AlphaLevel,
): Alpha {
  const pairable = sizeOf(totals);
  const nothing = (reason: string): Alpha => ({ estimate: null, pairableRatings: pairable, reason });
  if (pairable === 0) return nothing('no subject has two ratings');
  const values = [...totals.keys()].sort((a, b) => a - b);
  if (values.length < 2) return nothing('every rating is one and the same value');
  if (level === 'ratio' && values[0] < 0) return nothing('a negative rating has no place on a ratio scale');
  const difference = differences(level, values, totals);
  let observed = 0;
  for (const unit of units) {
    const entries = [...unit];
    let within = 0;
    for (let a = 0; a < entries.length; a++) {
      for (let b = a + 1; b < entries.length; b++) {
        within += 2 * entries[a][1] * entries[b][1] * difference(entries[a][0], entries[b][0]);
      }
    }
    observed += within / (sizeOf(unit) - 1);
  }
  const counts = values.map((value) => totals.get(value)!);
  let expected = 0;
  for (let a = 0; a < values.length; a++) {
    let apart = 0;
    for (let b = a + 1; b < values.length; b++) apart += counts[b] * difference(values[a], values[b]);
    expected += 2 * counts[a] * apart;
  }
  return { estimate: 1 - ((pairable - 1) * observed) / expected, pairableRatings: pairable, reason: null };
}

/** The squared difference of two values on a scale. */
function differences(
  level: AlphaLevel,
  values: readonly number[],
  totals: ReadonlyMap<number, number>,
): (a: number, b: number) => number {
  if (level === 'nominal') return (a, b) => (a === b ? 0 : 1);
  if (level === 'interval') return (a, b) => (a - b) ** 2;
  if (level === 'ratio') return (a, b) => (a === b ? 0 : ((a - b) / (a + b)) ** 2);
  // Ordinal: the middle of each value's ranks; their distance is what lies between with the ends by half.
  const middle = new Map<number, number>();
  let below = 0;
  for (const value of values) {
    middle.set(value, below + totals.get(value)! / 2);
    below += totals.get(value)!;
  }
  return (a, b) => (middle.get(a)! - middle.get(b)!) ** 2;
}
