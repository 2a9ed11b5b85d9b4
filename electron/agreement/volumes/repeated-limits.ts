// Limits of agreement when subjects were measured several times by both, and limits that change with the size measured.
import { chiSquareQuantile, tQuantile, tTwoSided } from '../distributions/index.ts';
import type { Interval } from '../ratings/estimate.ts';
import { meanAndSd } from './paired-tests.ts';
import { moments, type MeasuredPair } from './pairs.ts';

export interface RepeatedLimits {
  subjects: number;
  pairs: number;
  bias: number | null;
  /** Standard deviation of one difference, within- and between-subject spread together. */
  sd: number | null;
  lower: number | null;
  upper: number | null;
  biasCi95: Interval | null;
  lowerCi95: Interval | null;
  upperCi95: Interval | null;
  /** Variance of differences within a subject, and of subjects' mean differences. */
  withinVariance: number | null;
  betweenVariance: number | null;
  reason: string | null;
}

/**
 * Limits of agreement with several pairs a subject, the true value free to change between them (Bland and Altman 2007,
 * J Biopharm Stat 17:571–582), by unweighted subject means; intervals by MOVER (Zou 2013, Stat Methods Med Res
 * 22:630–642), with t for the mean. `subjects[s]`: the differences second − first of subject s; empty ones are left out.
 * Undefined below two subjects; with one pair a subject it gives the plain limits, whose intervals here are MOVER's.
 */
export function repeatedLimits(subjects: readonly (readonly number[])[]): RepeatedLimits {
  const present = subjects.filter((own) => own.length > 0);
  const means = present.map((own) => own.reduce((sum, d) => sum + d, 0) / own.length);
  const pairs = present.reduce((sum, own) => sum + own.length, 0);
  const overall = meanAndSd(means);
  const head = { subjects: present.length, pairs };
  if (overall === null) {
    const nothing = { bias: null, sd: null, lower: null, upper: null, biasCi95: null, lowerCi95: null };
    const rest = { upperCi95: null, withinVariance: null, betweenVariance: null };
    return { ...head, ...nothing, ...rest, reason: 'it needs two subjects' };
  }
  const { n, mean: bias } = overall;
  const ofMeans = overall.sd ** 2;
  const harmonic = n / present.reduce((sum, own) => sum + 1 / own.length, 0);
  const freedom = pairs - n;
  const squares = present.reduce((sum, own, s) => sum + own.reduce((q, d) => q + (d - means[s]) ** 2, 0), 0);
  const within = freedom > 0 ? squares / freedom : 0;
  const rest = (1 - 1 / harmonic) * within;
  const variance = ofMeans + rest;
  const sd = Math.sqrt(variance);
  const factor = (p: number, df: number) => (df > 0 ? df / chiSquareQuantile(p, df) : 1);
  const low =
    variance - Math.hypot(ofMeans * (1 - factor(0.975, n - 1)), rest * (1 - factor(0.975, freedom)));
  const high =
    variance + Math.hypot(ofMeans * (factor(0.025, n - 1) - 1), rest * (factor(0.025, freedom) - 1));
  const half = tQuantile(0.975, n - 1) * Math.sqrt(ofMeans / n);
  const inner = Math.hypot(half, 1.96 * (sd - Math.sqrt(Math.max(0, low))));
  const outer = Math.hypot(half, 1.96 * (Math.sqrt(high) - sd));
  const [lower, upper] = [bias - 1.96 * sd, bias + 1.96 * sd];
  return {
    ...head,
    bias,
    sd,
    lower,
    upper,
    biasCi95: [bias - half, bias + half],
    lowerCi95: [lower - outer, lower + inner],
    upperCi95: [upper - inner, upper + outer],
    withinVariance: freedom > 0 ? within : null,
    betweenVariance: Math.max(0, ofMeans - within / harmonic),
    reason: null,
  };
}

export interface RegressionLimits {
  n: number;
  /** Difference expected at mean x: intercept + slope · x. */
  intercept: number | null;
  slope: number | null;
  slopeP: number | null;
  /** Mean absolute residual at mean x: spreadIntercept + spreadSlope · x; its p says whether the spread grows. */
  spreadIntercept: number | null;
  spreadSlope: number | null;
  spreadP: number | null;
  reason: string | null;
}

/**
 * Limits of agreement that follow the size measured (Bland and Altman 1999, Stat Methods Med Res 8:135–160, sect. 3.2):
 * differences (second − first) regressed on means, absolute residuals on means again; limits at x by `limitsAt`.
 * Undefined below three pairs and when the means do not vary.
 */
export function regressionLimits(pairs: readonly MeasuredPair[]): RegressionLimits {
  const n = pairs.length;
  const line = fitLine(pairs.map(([a, b]) => [(a + b) / 2, b - a] as const));
  if (line === null) {
    const nothing = { intercept: null, slope: null, slopeP: null, spreadIntercept: null, spreadSlope: null };
    const reason = n < 3 ? 'it needs three pairs' : 'the means do not vary';
    return { n, ...nothing, spreadP: null, reason };
  }
  const residuals = pairs.map(([a, b]) => {
    const x = (a + b) / 2;
    return [x, Math.abs(b - a - line.intercept - line.slope * x)] as const;
  });
  const spread = fitLine(residuals)!;
  return {
    n,
    intercept: line.intercept,
    slope: line.slope,
    slopeP: line.p,
    spreadIntercept: spread.intercept,
    spreadSlope: spread.slope,
    spreadP: spread.p,
    reason: null,
  };
}

/** Limits at mean x: line ± 1.96·√(π/2) times the mean absolute residual there (2.46 in the paper), never crossed. */
export function limitsAt(
  limits: RegressionLimits,
  x: number,
): { bias: number; lower: number; upper: number } | null {
  if (limits.intercept === null) return null;
  const bias = limits.intercept + limits.slope! * x;
  const half = 1.96 * Math.sqrt(Math.PI / 2) * Math.max(0, limits.spreadIntercept! + limits.spreadSlope! * x);
  return { bias, lower: bias - half, upper: bias + half };
}

/** Least squares; p tests slope 0 (null for a perfect fit). */
function fitLine(
  points: readonly MeasuredPair[],
): { intercept: number; slope: number; p: number | null } | null {
  if (points.length < 3) return null;
  const { n, meanX, meanY, sxx, syy, sxy } = moments(points);
  if (sxx === 0) return null;
  const slope = sxy / sxx;
  const error = syy - slope * sxy;
  const se = Math.sqrt(Math.max(0, error) / (n - 2) / sxx);
  return {
    intercept: meanY - slope * meanX,
    slope,
    p: error <= 1e-13 * syy || syy === 0 ? null : tTwoSided(slope / se, n - 2),
  };
}
