// Tail probabilities and quantiles as the statistics ask for them, from the stdlib distributions.
import f from '@stdlib/stats-base-dists-f';
import normal from '@stdlib/stats-base-dists-normal';
import chisquare from '@stdlib/stats-base-dists-chisquare';
import binomial from '@stdlib/stats-base-dists-binomial';
import t from '@stdlib/stats-base-dists-t';

/** Two-sided 95 % of the normal distribution, 1.959964…; limits of agreement use 1.96 as published. */
export const Z95 = normal.quantile(0.975, 0, 1);

/** P(|Z| ≥ |z|) of the standard normal distribution. */
export function normalTwoSided(z: number): number {
  return 2 * normal.cdf(-Math.abs(z), 0, 1);
}

/** P(Z ≤ z). */
export function normalCdf(z: number): number {
  return normal.cdf(z, 0, 1);
}

/** z with P(Z ≤ z) = p, 0 ≤ p ≤ 1; ∓∞ at the ends. */
export function normalQuantile(p: number): number {
  return normal.quantile(p, 0, 1);
}

/** P(|T| ≥ |x|) with `df` degrees of freedom; from the lower tail, which keeps its digits far out. */
export function tTwoSided(x: number, df: number): number {
  return 2 * t.cdf(-Math.abs(x), df);
}

/** P(T ≥ x). */
export function tUpper(x: number, df: number): number {
  return t.cdf(-x, df);
}

/**
 * t with P(T ≤ t) = p. Throws RangeError unless 0 < p < 1 and df > 0.
 */
export function tQuantile(p: number, df: number): number {
  if (!(p > 0 && p < 1) || !(df > 0)) throw new RangeError(`no t quantile for p = ${p} and df = ${df}`);
  return t.quantile(p, df);
}

/** P(F ≥ x); the reciprocal's lower tail keeps its digits where 1 − P would lose them. */
export function fUpper(x: number, df1: number, df2: number): number {
  return x <= 0 ? 1 : f.cdf(1 / x, df2, df1);
}

/** x with P(F ≤ x) = p. */
export function fQuantile(p: number, df1: number, df2: number): number {
  return f.quantile(p, df1, df2);
}

/** P(X² ≥ x). */
export function chiSquareUpper(x: number, df: number): number {
  if (x <= 0) return 1;
  // Without a complementary form the tail is exact only while it is not tiny; one degree is the normal's square.
  return df === 1 ? normalTwoSided(Math.sqrt(x)) : 1 - chisquare.cdf(x, df);
}

/** x with P(X² ≤ x) = p. */
export function chiSquareQuantile(p: number, df: number): number {
  return chisquare.quantile(p, df);
}

/** P(X ≤ x) of x successes in n trials. */
export function binomialCdf(x: number, n: number, p: number): number {
  return binomial.cdf(x, n, p);
}
