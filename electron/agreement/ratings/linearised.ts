// Chance-corrected agreement of any number of raters with missing ratings, and its linearised standard error.
import { sum } from './rating-table.ts';
import type { Weights } from './weights.ts';

/** How agreement by chance is reckoned from the levels' shares. */
export type ChanceModel = 'fleiss' | 'gwet' | 'uniform';

/**
 * Coefficient and standard error by linearisation over subjects (Gwet 2008, Br J Math Stat Psychol 61:29–48; 2014,
 * Handbook of Inter-Rater Reliability, ch. 5), as R irrCAC. `counts`: one row a subject, one column a level; rows
 * without a rating are left out, subjects with one rating enter the shares only. 'fleiss': chance Σ w p p (weighted
 * Fleiss, generalised to missing ratings); 'gwet': Σw·Σ p(1−p) / (k(k−1)) (AC1, AC2); 'uniform': Σw/k² (Brennan and
 * Prediger). Nulls when nothing is left or chance agreement is full; se null below two subjects.
 */
export function chanceCorrected(
  counts: readonly (readonly number[])[],
  weights: Weights,
  model: ChanceModel,
): { estimate: number | null; se: number | null; subjects: number } {
  const rated = counts.filter((row) => sum(row) > 0);
  const subjects = rated.length;
  const twice = rated.filter((row) => sum(row) > 1).length;
  const levels = rated[0]?.length ?? 0;
  if (twice === 0) return { estimate: null, se: null, subjects };
  const shares = Array.from(
    { length: levels },
    (_, k) => sum(rated.map((row) => row[k] / sum(row))) / subjects,
  );
  const chance = chanceOf(model, shares, weights);
  const agreement = rated.map((row) => subjectAgreement(row, weights));
  const observed = sum(agreement.map((value) => value ?? 0)) / twice;
  const beyond = 1 - chance.expected;
  if (!(beyond > 1e-12)) return { estimate: null, se: null, subjects };
  const estimate = (observed - chance.expected) / beyond;
  if (subjects < 2) return { estimate, se: null, subjects };
  let squares = 0;
  rated.forEach((row, n) => {
    const own = agreement[n] === null ? 0 : ((subjects / twice) * (agreement[n] - chance.expected)) / beyond;
    const total = sum(row);
    const byChance = sum(row.map((count, k) => (count / total) * chance.slope[k]));
    const corrected = own - (2 * (1 - estimate) * (byChance - chance.expected)) / beyond;
    squares += (corrected - estimate) ** 2;
  });
  return { estimate, se: Math.sqrt(squares / (subjects * (subjects - 1))), subjects };
}

/** Weighted share of agreeing pairs of ratings of one subject; null below two ratings. */
function subjectAgreement(row: readonly number[], weights: Weights): number | null {
  const total = sum(row);
  if (total < 2) return null;
  let agreeing = 0;
  for (let k = 0; k < row.length; k++) {
    if (row[k] === 0) continue;
    let near = 0;
    for (let l = 0; l < row.length; l++) if (row[l] > 0) near += weights(k, l) * row[l];
    agreeing += row[k] * (near - 1);
  }
  return agreeing / (total * (total - 1));
}

/** Expected agreement, and by level what a subject of that level adds to it (whose mean over subjects it is). */
function chanceOf(
  model: ChanceModel,
  shares: readonly number[],
  weights: Weights,
): { expected: number; slope: number[] } {
  const levels = shares.length;
  const mean = shares.map((_, k) => sum(shares.map((p, l) => (p * (weights(k, l) + weights(l, k))) / 2)));
  if (model === 'fleiss') return { expected: sum(shares.map((p, k) => p * mean[k])), slope: mean };
  let total = 0;
  for (let k = 0; k < levels; k++) for (let l = 0; l < levels; l++) total += weights(k, l);
  if (model === 'uniform') {
    const expected = total / levels ** 2;
    return { expected, slope: shares.map(() => expected) };
  }
  const scale = levels > 1 ? total / (levels * (levels - 1)) : 1;
  return {
    expected: scale * sum(shares.map((p) => p * (1 - p))),
    slope: shares.map((p) => scale * (1 - p)),
  };
}
