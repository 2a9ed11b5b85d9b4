// Fleiss' kappa of many raters, who need not be the same for every subject, from counts.
import { normalTwoSided, tQuantile } from '../distributions/index.ts';
import { ROUNDING, type Estimate } from './estimate.ts';
import { chanceCorrected } from './linearised.ts';
import { sum } from './rating-table.ts';

export interface FleissKappa extends Estimate {
  /** Test of kappa = 0 (Fleiss, Nee and Landis 1979). */
  z: number | null;
  p: number | null;
  subjects: number;
  ratersPerSubject: number | null;
  /** One a level: how well the raters tell this level from all the others. Null for a level never (or only) used. */
  categories: { kappa: number | null; z: number | null; p: number | null }[];
}

/**
 * Fleiss' kappa (Fleiss 1971, Psychol Bull 76:378–382). `counts`: one row a subject, one column a level, how many
 * raters chose it; every subject must have the same number of ratings, at least two (leave incomplete subjects out
 * first). z and p: Fleiss, Nee and Landis 1979, Psychol Bull 86:974–977, as R irr and SPSS. `se` and `ci95` (t with
 * subjects − 1 degrees of freedom): Gwet 2014, Handbook of Inter-Rater Reliability, linearised, for a kappa not zero.
 * Undefined when all ratings are one level.
 */
export function fleissKappa(counts: readonly (readonly number[])[]): FleissKappa {
  const levels = counts[0]?.length ?? 0;
  const subjects = counts.length;
  const nothing = (reason: string, ratersPerSubject: number | null = null): FleissKappa => ({
    ...{ estimate: null, se: null, ci95: null, z: null, p: null, reason, subjects, ratersPerSubject },
    categories: Array.from({ length: levels }, () => ({ kappa: null, z: null, p: null })),
  });
  if (subjects === 0) return nothing('no subject was rated by all raters');
  const raters = sum(counts[0]);
  if (counts.some((row) => sum(row) !== raters))
    return nothing('the subjects have different numbers of ratings');
  if (raters < 2) return nothing('it needs two ratings a subject', raters);
  const shares = Array.from(
    { length: levels },
    (_, j) => sum(counts.map((row) => row[j])) / (subjects * raters),
  );
  const disagreement = sum(shares.map((p) => p * (1 - p)));
  if (disagreement <= ROUNDING) return nothing('every rating is one and the same level', raters);
  const pairs = subjects * raters * (raters - 1);
  const splits = Array.from({ length: levels }, (_, j) =>
    sum(counts.map((row) => row[j] * (raters - row[j]))),
  );
  const estimate = 1 - sum(splits) / pairs / disagreement;
  const spread = disagreement ** 2 - sum(shares.map((p) => p * (1 - p) * (1 - 2 * p)));
  const z = estimate / (Math.sqrt((2 / pairs) * spread) / disagreement);
  const { se } = chanceCorrected(counts, (i, j) => (i === j ? 1 : 0), 'fleiss');
  const t = se === null ? null : tQuantile(0.975, subjects - 1);
  return {
    estimate,
    se,
    ci95: se === null || t === null ? null : [estimate - t * se, estimate + t * se],
    z,
    p: normalTwoSided(z),
    reason: se === null ? 'one subject gives no standard error' : null,
    subjects,
    ratersPerSubject: raters,
    categories: shares.map((p, j) => categoryKappa(p, splits[j], pairs)),
  };
}

function categoryKappa(share: number, split: number, pairs: number): FleissKappa['categories'][number] {
  if (share * (1 - share) <= ROUNDING) return { kappa: null, z: null, p: null };
  const kappa = 1 - split / pairs / (share * (1 - share));
  const z = kappa / Math.sqrt(2 / pairs);
  return { kappa, z, p: normalTwoSided(z) };
}
