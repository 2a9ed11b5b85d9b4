// Intraclass correlations of Shrout and Fleiss, six forms, with intervals as R psych gives them.
import { fQuantile, fUpper } from '../distributions/index.ts';
import type { Interval } from './estimate.ts';

export interface Icc {
  estimate: number | null;
  ci95: Interval | null;
  f: number | null;
  df1: number | null;
  df2: number | null;
  p: number | null;
  reason: string | null;
}
export type IccForm = 'icc1' | 'icc2' | 'icc3' | 'icc1k' | 'icc2k' | 'icc3k';
export const ICC_FORMS: readonly IccForm[] = ['icc1', 'icc2', 'icc3', 'icc1k', 'icc2k', 'icc3k'];

/** Mean squares of complete ratings: between subjects, within subjects, between raters, residual. */
export interface MeanSquares {
  subjects: number;
  raters: number;
  between: number;
  within: number;
  rater: number;
  residual: number;
}

/**
 * Mean squares of a complete table, subjects × raters; residuals that are rounding alone count as 0. `times` repeats
 * subjects (a bootstrap's resample) without copying them. Null below two subjects or two raters.
 */
export function meanSquares(
  rows: readonly (readonly number[])[],
  times?: ArrayLike<number>,
): MeanSquares | null {
  const raters = rows[0]?.length ?? 0;
  let subjects = 0;
  let total = 0;
  let largest = 0;
  const columns = new Array<number>(raters).fill(0);
  for (let n = 0; n < rows.length; n++) {
    const weight = times ? times[n] : 1;
    if (weight === 0) continue;
    subjects += weight;
    for (let j = 0; j < raters; j++) {
      columns[j] += weight * rows[n][j];
      total += weight * rows[n][j];
      largest = Math.max(largest, Math.abs(rows[n][j]));
    }
  }
  if (subjects < 2 || raters < 2) return null;
  const grand = total / (subjects * raters);
  let [between, within, residual] = [0, 0, 0];
  for (let n = 0; n < rows.length; n++) {
    const weight = times ? times[n] : 1;
    if (weight === 0) continue;
    let mean = 0;
    for (let j = 0; j < raters; j++) mean += rows[n][j] / raters;
    between += weight * raters * (mean - grand) ** 2;
    for (let j = 0; j < raters; j++) {
      const off = rows[n][j] - mean;
      within += weight * off ** 2;
      residual += weight * (off - (columns[j] / subjects - grand)) ** 2;
    }
  }
  let rater = 0;
  for (const column of columns) rater += subjects * (column / subjects - grand) ** 2;
  const nothing = (1e-13 * largest) ** 2 * subjects * raters;
  const clean = (squares: number) => (squares <= nothing ? 0 : squares);
  return {
    subjects,
    raters,
    between: clean(between) / (subjects - 1),
    within: clean(within) / (subjects * (raters - 1)),
    rater: clean(rater) / (raters - 1),
    residual: clean(residual) / ((subjects - 1) * (raters - 1)),
  };
}

/**
 * ICC(1,1), (2,1), (3,1) and their averages over k raters (Shrout and Fleiss 1979, Psychol Bull 86:420–428; McGraw and
 * Wong 1996, Psychol Methods 1:30–46). `rows`: subjects that every rater rated × raters; leave the others out first.
 * Intervals as R psych's ICC: exact F for icc1 and icc3, Satterthwaite's degrees of freedom for icc2, and for icc2k the
 * Spearman–Brown step-up of the icc2 bounds (R irr reckons icc2k's own degrees of freedom and differs). f, df1, df2 and
 * p test that the coefficient is 0. Undefined when no rating differs from another, or for fewer than two subjects.
 */
export function intraclass(rows: readonly (readonly number[])[]): Record<IccForm, Icc> {
  const squares = meanSquares(rows);
  if (squares === null) return all('it needs two subjects that every rater rated');
  if (squares.between === 0 && squares.within === 0) return all('no rating differs from another');
  const { subjects: n, raters: k, between, within, residual } = squares;
  const point = iccEstimates(squares);
  const oneWay = byF(between, within, [n - 1, n * (k - 1)], k);
  const twoWay = byF(between, residual, [n - 1, (n - 1) * (k - 1)], k);
  const agreement = agreementInterval(squares, point.icc2);
  const test = (from: FBounds) => ({ f: from.f, df1: from.df1, df2: from.df2, p: from.p });
  const form = (estimate: number | null, ci95: Interval | null, from: FBounds): Icc => ({
    estimate,
    ci95: estimate === null ? null : ci95,
    ...test(from),
    reason:
      estimate === null
        ? 'the subjects’ means do not differ'
        : (from.reason ?? (ci95 === null ? 'an interval cannot be had' : null)),
  });
  const steppedUp = agreement?.map((bound) => (bound * k) / (1 + bound * (k - 1))) as Interval | undefined;
  // A bound at the lowest single ICC there is has no average.
  const averaged = steppedUp?.every(Number.isFinite) ? steppedUp : null;
  return {
    icc1: form(point.icc1, oneWay.single, oneWay),
    icc2: form(point.icc2, agreement, twoWay),
    icc3: form(point.icc3, twoWay.single, twoWay),
    icc1k: form(point.icc1k, oneWay.average, oneWay),
    icc2k: form(point.icc2k, averaged, twoWay),
    icc3k: form(point.icc3k, twoWay.average, twoWay),
  };
}

/** The six coefficients alone; null where the denominator is 0. */
export function iccEstimates(squares: MeanSquares): Record<IccForm, number | null> {
  const { subjects: n, raters: k, between, within, rater, residual } = squares;
  const ratio = (a: number, b: number) => (b === 0 ? null : a / b);
  return {
    icc1: ratio(between - within, between + (k - 1) * within),
    icc2: ratio(between - residual, between + (k - 1) * residual + (k * (rater - residual)) / n),
    icc3: ratio(between - residual, between + (k - 1) * residual),
    icc1k: ratio(between - within, between),
    icc2k: ratio(between - residual, between + (rater - residual) / n),
    icc3k: ratio(between - residual, between),
  };
}

interface FBounds {
  f: number | null;
  df1: number;
  df2: number;
  p: number | null;
  single: Interval | null;
  average: Interval | null;
  reason: string | null;
}

/** Interval and test from F = between / error. */
function byF(between: number, error: number, [df1, df2]: [number, number], raters: number): FBounds {
  if (error === 0) {
    const full: Interval = [1, 1];
    const reason = 'F is infinite, for the error is zero';
    return { f: null, df1, df2, p: between > 0 ? 0 : null, single: full, average: full, reason };
  }
  const f = between / error;
  const low = f / fQuantile(0.975, df1, df2);
  const high = f * fQuantile(0.975, df2, df1);
  return {
    f,
    df1,
    df2,
    p: fUpper(f, df1, df2),
    single: [(low - 1) / (low + raters - 1), (high - 1) / (high + raters - 1)],
    average: [1 - 1 / low, 1 - 1 / high],
    reason: null,
  };
}

/** Interval of icc2: McGraw and Wong's, with Satterthwaite's degrees of freedom. Null when they cannot be had. */
function agreementInterval(squares: MeanSquares, icc2: number | null): Interval | null {
  const { subjects: n, raters: k, between, rater, residual } = squares;
  if (icc2 === null || residual === 0) return residual === 0 && rater === 0 ? [1, 1] : null;
  const fRater = rater / residual;
  const rest = n * (1 + (k - 1) * icc2) - k * icc2;
  const top = (k - 1) * (n - 1) * (k * icc2 * fRater + rest) ** 2;
  const df = top / ((n - 1) * k ** 2 * icc2 ** 2 * fRater ** 2 + rest ** 2);
  if (!(df > 0)) return null;
  const upper = fQuantile(0.975, n - 1, df);
  const lower = fQuantile(0.975, df, n - 1);
  const error = k * rater + (k * n - k - n) * residual;
  // Very few degrees of freedom make the quantile infinite: then its reciprocal is 0.
  const share = between / upper;
  const bounds: Interval = [
    (n * (share - residual)) / (error + n * share),
    (n * (lower * between - residual)) / (error + n * lower * between),
  ];
  return bounds.every(Number.isFinite) ? bounds : null;
}

function all(reason: string): Record<IccForm, Icc> {
  const nothing = { estimate: null, ci95: null, f: null, df1: null, df2: null, p: null, reason };
  return Object.fromEntries(ICC_FORMS.map((form) => [form, nothing])) as unknown as Record<IccForm, Icc>;
}
