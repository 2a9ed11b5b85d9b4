// Gwet's AC1 and AC2.
import { tQuantile } from '../distributions/index.ts';
import { undefinedEstimate, type Estimate } from './estimate.ts';
import { chanceCorrected } from './linearised.ts';
import { weightsOf, type WeightKind } from './weights.ts';

/**
 * Gwet's AC1 ('unweighted') and AC2 ('linear', 'quadratic'): Gwet 2008, Br J Math Stat Psychol 61:29–48. `counts`: one
 * row a subject, one column a level that may occur (used or not, in order); subjects may have different numbers of
 * ratings, those with none are left out. Interval: t with subjects − 1 degrees of freedom, as R irrCAC; not cut at 1.
 * Undefined for a single level, and without a subject that has two ratings.
 */
export function gwet(counts: readonly (readonly number[])[], kind: WeightKind): Estimate {
  const levels = counts[0]?.length ?? 0;
  if (levels < 2) return undefinedEstimate('there is only one level');
  const { estimate, se, subjects } = chanceCorrected(counts, weightsOf(kind, levels), 'gwet');
  if (estimate === null) return undefinedEstimate('no subject has two ratings');
  if (se === null) return { ...undefinedEstimate('one subject gives no standard error'), estimate };
  const half = tQuantile(0.975, subjects - 1) * se;
  return { estimate, se, ci95: [estimate - half, estimate + half], reason: null };
}

/**
 * Weighted Fleiss' kappa for subjects with different numbers of ratings (Gwet 2014), and the coefficient of Brennan
 * and Prediger 1981 ('uniform'); counts, interval and missing ratings as `gwet`. Undefined when chance agreement is full.
 */
export function generalisedKappa(
  counts: readonly (readonly number[])[],
  kind: WeightKind,
  model: 'fleiss' | 'uniform',
): Estimate {
  const { estimate, se, subjects } = chanceCorrected(counts, weightsOf(kind, counts[0]?.length ?? 0), model);
  if (estimate === null) return undefinedEstimate('no subject has two ratings, or every rating is one level');
  if (se === null) return { ...undefinedEstimate('one subject gives no standard error'), estimate };
  const half = tQuantile(0.975, subjects - 1) * se;
  return { estimate, se, ci95: [estimate - half, estimate + half], reason: null };
}
