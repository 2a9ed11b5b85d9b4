// Pearson's correlation and Lin's concordance of paired measurements.
import { Z95 } from '../distributions/index.ts';
import type { Interval } from '../ratings/estimate.ts';
import { moments, type MeasuredPair } from './pairs.ts';

export interface Correlation {
  r: number | null;
  r2: number | null;
  ci95: Interval | null;
  reason: string | null;
}

/**
 * Pearson's r (Pearson 1896, Phil Trans R Soc A 187:253–318) with Fisher's z interval (Fisher 1921, Metron 1:3–32),
 * which needs four pairs. Pairs with a missing side are left out by the caller. Undefined below two pairs and when
 * either side does not vary. It says how well a line fits, not how well two readers agree.
 */
export function pearson(pairs: readonly MeasuredPair[]): Correlation {
  if (pairs.length < 2) return { r: null, r2: null, ci95: null, reason: 'it needs two pairs' };
  const { n, sxx, syy, sxy } = moments(pairs);
  if (sxx === 0 || syy === 0) {
    return { r: null, r2: null, ci95: null, reason: 'one of the two does not vary' };
  }
  const r = Math.max(-1, Math.min(1, sxy / Math.sqrt(sxx * syy)));
  if (n < 4) return { r, r2: r * r, ci95: null, reason: 'an interval needs four pairs' };
  const half = Z95 / Math.sqrt(n - 3);
  return {
    r,
    r2: r * r,
    ci95: [Math.tanh(Math.atanh(r) - half), Math.tanh(Math.atanh(r) + half)],
    reason: null,
  };
}

export interface Concordance {
  ccc: number | null;
  ci95: Interval | null;
  reason: string | null;
}

/**
 * Lin's concordance correlation coefficient (Lin 1989, Biometrics 45:255–268, variances over n), with the interval of
 * its z transform (variance as corrected in Lin 2000, Biometrics 56:324–325), as R epiR. Undefined below two pairs and
 * when neither side varies and the means agree; the interval needs three pairs and a correlation that is not 0.
 */
export function linConcordance(pairs: readonly MeasuredPair[]): Concordance {
  if (pairs.length < 2) return { ccc: null, ci95: null, reason: 'it needs two pairs' };
  const { n, meanX, meanY, sxx, syy, sxy } = moments(pairs);
  const bottom = sxx + syy + n * (meanX - meanY) ** 2;
  if (bottom === 0) return { ccc: null, ci95: null, reason: 'all measurements are one and the same' };
  const ccc = (2 * sxy) / bottom;
  if (n < 3) return { ccc, ci95: null, reason: 'an interval needs three pairs' };
  const r = sxx === 0 || syy === 0 ? 0 : sxy / Math.sqrt(sxx * syy);
  if (r === 0) return { ccc, ci95: null, reason: 'an interval needs a correlation that is not 0' };
  if (1 - Math.abs(ccc) < 1e-14) return { ccc, ci95: [ccc, ccc], reason: null };
  const u2 = (n * (meanX - meanY) ** 2) / Math.sqrt(sxx * syy);
  const c2 = ccc * ccc;
  const spread =
    ((1 - r * r) * c2) / ((1 - c2) * r * r) +
    (2 * ccc ** 3 * (1 - ccc) * u2) / (r * (1 - c2) ** 2) -
    (c2 * c2 * u2 * u2) / (2 * r * r * (1 - c2) ** 2);
  const half = Z95 * Math.sqrt(Math.max(0, spread) / (n - 2));
  return { ccc, ci95: [Math.tanh(Math.atanh(ccc) - half), Math.tanh(Math.atanh(ccc) + half)], reason: null };
}
