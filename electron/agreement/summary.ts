// Many values of one figure → mean, spread and a 95 % interval for the mean; undefined values are counted, not replaced.
import { percentileOfSorted } from './percentile.ts';
import { tQuantile } from './distributions/index.ts';

export interface SummaryValue {
  mean: number | null;
  /** Sample standard deviation (n − 1); null below two values. */
  sd: number | null;
  median: number | null;
  minimum: number | null;
  maximum: number | null;
  /** mean ± t(0.975, n−1) · sd / √n; null below two values. */
  ci95: [number, number] | null;
  n: number;
  undefinedCount: number;
}

/** Summarises independent values; null ones only raise `undefinedCount`. */
export function summariseValues(values: readonly (number | null)[]): SummaryValue {
  const defined = values.filter((value): value is number => value !== null).sort((a, b) => a - b);
  const n = defined.length;
  const undefinedCount = values.length - n;
  if (n === 0) {
    return {
      mean: null,
      sd: null,
      median: null,
      minimum: null,
      maximum: null,
      ci95: null,
      n,
      undefinedCount,
    };
  }
  const mean = defined.reduce((sum, value) => sum + value, 0) / n;
  const sd = n < 2 ? null : Math.sqrt(defined.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1));
  const half = sd === null ? null : (tQuantile(0.975, n - 1) * sd) / Math.sqrt(n);
  return {
    mean,
    sd,
    median: percentileOfSorted(defined, 50),
    minimum: defined[0],
    maximum: defined[n - 1],
    ci95: half === null ? null : [mean - half, mean + half],
    n,
    undefinedCount,
  };
}
