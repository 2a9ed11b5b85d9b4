// McNemar's test: do two raters call the same share of subjects positive?
import { binomialCdf, normalTwoSided } from '../distributions/index.ts';

export interface McNemar {
  /** Subjects that only the first, and only the second, called positive. */
  onlyFirst: number;
  onlySecond: number;
  /** Exact two-sided binomial p. */
  exactP: number | null;
  /** (|b − c| − 1)² / (b + c) and its p, as R's default; `plain` without the correction of 1. */
  chiSquare: number | null;
  p: number | null;
  plainChiSquare: number | null;
  plainP: number | null;
  reason: string | null;
}

/**
 * McNemar's test (McNemar 1947, Psychometrika 12:153–157; continuity: Edwards 1948, Psychometrika 13:185–187) from the
 * two discordant counts. Subjects that either left out are not counted. Equal counts
 * give 0 even with the correction, as R (statsmodels: 1/(b + c)). Undefined when no subject is discordant.
 */
export function mcnemar(onlyFirst: number, onlySecond: number): McNemar {
  const n = onlyFirst + onlySecond;
  if (n === 0) {
    const nothing = { exactP: null, chiSquare: null, p: null, plainChiSquare: null, plainP: null };
    return { onlyFirst, onlySecond, ...nothing, reason: 'the two never differ' };
  }
  const difference = Math.abs(onlyFirst - onlySecond);
  const corrected = Math.max(0, difference - 1) / Math.sqrt(n);
  const plain = difference / Math.sqrt(n);
  return {
    onlyFirst,
    onlySecond,
    exactP: Math.min(1, 2 * binomialCdf(Math.min(onlyFirst, onlySecond), n, 0.5)),
    chiSquare: corrected ** 2,
    p: normalTwoSided(corrected),
    plainChiSquare: plain ** 2,
    plainP: normalTwoSided(plain),
    reason: null,
  };
}
