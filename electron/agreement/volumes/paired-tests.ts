// Tests of paired differences (second − first): Student's t and equivalence.
import { tQuantile, tTwoSided, tUpper } from '../distributions/index.ts';
import type { Interval } from '../ratings/estimate.ts';

export interface PairedT {
  t: number | null;
  df: number | null;
  p: number | null;
  meanDifference: number | null;
  ci95: Interval | null;
  reason: string | null;
}

/**
 * Student's paired t test (Student 1908, Biometrika 6:1–25) of differences second − first, missing ones left out by the
 * caller. Undefined below two; when all differences are the same, only their mean is defined.
 */
export function pairedT(differences: readonly number[]): PairedT {
  const moments = meanAndSd(differences);
  if (moments === null) {
    const meanDifference = differences.length === 1 ? differences[0] : null;
    return { t: null, df: null, p: null, meanDifference, ci95: null, reason: 'it needs two pairs' };
  }
  const { n, mean, sd } = moments;
  if (sd === 0) {
    const reason = 'all differences are the same';
    return { t: null, df: n - 1, p: null, meanDifference: mean, ci95: [mean, mean], reason };
  }
  const se = sd / Math.sqrt(n);
  const half = tQuantile(0.975, n - 1) * se;
  return {
    t: mean / se,
    df: n - 1,
    p: tTwoSided(mean / se, n - 1),
    meanDifference: mean,
    ci95: [mean - half, mean + half],
    reason: null,
  };
}

export interface Equivalence {
  /** The larger of both one-sided p-values: below 0.05, the difference lies within the margins at the 5 % level. */
  p: number | null;
  pLower: number | null;
  pUpper: number | null;
  /** The 90 % interval that lies within the margins exactly when p < 0.05. */
  ci90: Interval | null;
  reason: string | null;
}

/**
 * Two one-sided t tests for equivalence (Schuirmann 1987, J Pharmacokinet Biopharm 15:657–680) of paired differences
 * second − first against the margins `low` < 0 < `high` (in the unit of the differences). Undefined below two pairs and
 * when all differences are the same. Throws RangeError when low is not below high.
 */
export function equivalence(differences: readonly number[], low: number, high: number): Equivalence {
  if (!(low < high)) throw new RangeError(`margins ${low} and ${high} are not in order`);
  const moments = meanAndSd(differences);
  if (moments === null || moments.sd === 0) {
    const reason = moments === null ? 'it needs two pairs' : 'all differences are the same';
    return { p: null, pLower: null, pUpper: null, ci90: null, reason };
  }
  const { n, mean, sd } = moments;
  const se = sd / Math.sqrt(n);
  const pLower = tUpper((mean - low) / se, n - 1);
  const pUpper = tUpper((high - mean) / se, n - 1);
  const half = tQuantile(0.95, n - 1) * se;
  return { p: Math.max(pLower, pUpper), pLower, pUpper, ci90: [mean - half, mean + half], reason: null };
}

/** Mean and sample standard deviation; null below two numbers. Spread that is rounding alone counts as 0. */
export function meanAndSd(values: readonly number[]): { n: number; mean: number; sd: number } | null {
  const n = values.length;
  if (n < 2) return null;
  const mean = values.reduce((total, value) => total + value, 0) / n;
  const sd = Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / (n - 1));
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return { n, mean, sd: sd <= 1e-14 * largest ? 0 : sd };
}
