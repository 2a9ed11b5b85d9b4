// How well one reader repeats: within-subject standard deviation, repeatability coefficient, standard error of measurement.
import { chiSquareQuantile } from '../distributions/index.ts';
import type { MeanSquares } from '../ratings/icc.ts';
import type { Interval } from '../ratings/estimate.ts';

export interface Repeatability {
  subjects: number;
  measurements: number;
  withinSd: number | null;
  withinSdCi95: Interval | null;
  /** Two measurements of one subject differ by less than this in 95 % of pairs: 1.96·√2·withinSd. */
  coefficient: number | null;
  coefficientCi95: Interval | null;
  /** 2·√2·withinSd, as printed in the paper of 1986. */
  coefficient1986: number | null;
  /** withinSd over the grand mean; null when that is 0. */
  withinCv: number | null;
  reason: string | null;
}

/**
 * Repeatability from replicates (Bland and Altman 1999, Stat Methods Med Res 8:135–160, sect. 4; 1986, Lancet i:307–310):
 * within-subject standard deviation by one-way analysis of variance, interval by chi-square. `subjects[s]`: all
 * measurements of subject s by one reader; subjects measured once tell nothing and are left out. Undefined when no
 * subject was measured twice.
 */
export function repeatability(subjects: readonly (readonly number[])[]): Repeatability {
  const repeated = subjects.filter((own) => own.length > 1);
  const measurements = repeated.reduce((sum, own) => sum + own.length, 0);
  const freedom = measurements - repeated.length;
  if (freedom === 0) {
    const nothing = { withinSd: null, withinSdCi95: null, coefficient: null, coefficientCi95: null };
    const rest = { coefficient1986: null, withinCv: null, reason: 'no subject was measured twice' };
    return { subjects: 0, measurements: 0, ...nothing, ...rest };
  }
  let [squares, total] = [0, 0];
  for (const own of repeated) {
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    total += mean * own.length;
    squares += own.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  }
  const withinSd = Math.sqrt(squares / freedom);
  const bounds: Interval = [
    withinSd * Math.sqrt(freedom / chiSquareQuantile(0.975, freedom)),
    withinSd * Math.sqrt(freedom / chiSquareQuantile(0.025, freedom)),
  ];
  const grand = total / measurements;
  const factor = 1.96 * Math.SQRT2;
  return {
    subjects: repeated.length,
    measurements,
    withinSd,
    withinSdCi95: bounds,
    coefficient: factor * withinSd,
    coefficientCi95: [factor * bounds[0], factor * bounds[1]],
    coefficient1986: 2 * Math.SQRT2 * withinSd,
    withinCv: grand === 0 ? null : withinSd / Math.abs(grand),
    reason: null,
  };
}

/**
 * Standard error of measurement from mean squares of complete ratings (de Vet et al. 2006, J Clin Epidemiol
 * 59:1033–1039): `consistency` √MSE leaves out differences between readers' means, `agreement` √(σ²reader + MSE) counts
 * them (a negative reader variance counts as 0). `smallestChange` is 1.96·√2 times each.
 */
export function measurementError({ subjects, rater, residual }: MeanSquares): {
  consistency: number;
  agreement: number;
  smallestChange: { consistency: number; agreement: number };
} {
  const consistency = Math.sqrt(residual);
  const agreement = Math.sqrt(Math.max(0, (rater - residual) / subjects) + residual);
  const factor = 1.96 * Math.SQRT2;
  return {
    consistency,
    agreement,
    smallestChange: { consistency: factor * consistency, agreement: factor * agreement },
  };
}
