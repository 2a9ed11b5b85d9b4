// Cohen's kappa of two raters, unweighted and weighted, with the large-sample errors of Fleiss, Cohen and Everitt.
import { normalTwoSided, Z95 } from '../distributions/index.ts';
import { ROUNDING, type Estimate } from './estimate.ts';
import { sum } from './rating-table.ts';
import type { Weights } from './weights.ts';

export interface Kappa extends Estimate {
  /** Test of kappa = 0 with the standard error under that hypothesis. */
  z: number | null;
  p: number | null;
}

/**
 * Cohen's kappa (Cohen 1960, Educ Psychol Meas 20:37–46; weighted: Cohen 1968, Psychol Bull 70:213–220) of a square
 * table of counts, rows the first rater, columns the second, in the order of the levels. `se` and `ci95` (estimate ±
 * 1.959964 se) are those for a kappa that is not zero, `z` and two-sided `p` use the standard error for zero: Fleiss,
 * Cohen and Everitt 1969, Psychol Bull 72:323–327. Subjects that either rater left out are not in the table. Undefined
 * (R vcd gives the same; R psych 2.2.9's variance of weighted kappa depends on the scale of the weights, and does not
 * give the value that the paper prints for its example, so it is not followed). Undefined
 * when both raters put every subject on one level (nothing can differ by chance), or there is no subject.
 */
export function cohensKappa(table: readonly (readonly number[])[], weights: Weights): Kappa {
  const n = sum(table.map(sum));
  if (n === 0) return undefinedKappa('no subject was rated by both');
  const rows = table.map((row) => sum(row) / n);
  const columns = table.map((_, j) => sum(table.map((row) => row[j])) / n);
  // In weights of disagreement (1 − agreement) nothing cancels where agreement is nearly full.
  const apart = (i: number, j: number) => 1 - weights(i, j);
  const ofRow = rows.map((_, i) => sum(columns.map((p, j) => p * apart(i, j))));
  const ofColumn = columns.map((_, j) => sum(rows.map((p, i) => p * apart(i, j))));
  const observed = weightedDisagreement(table, apart) / n;
  const expected = sum(rows.map((p, i) => p * ofRow[i]));
  if (expected <= ROUNDING) {
    return undefinedKappa('both raters used one and the same level for every subject');
  }
  const estimate = 1 - observed / expected;
  if (n < 2) return { ...undefinedKappa('one subject gives no standard error'), estimate };
  // Squares about the known means, so that a spread of nothing comes out as nothing.
  const mean = expected - 2 * observed + observed * expected;
  let spread = 0;
  let nullSpread = 0;
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < columns.length; j++) {
      const means = ofRow[i] + ofColumn[j];
      const distance = apart(i, j);
      const share = table[i][j] / n;
      if (share > 0) spread += share * ((1 - distance) * expected - (2 - means) * observed - mean) ** 2;
      nullSpread += rows[i] * columns[j] * (distance - means + expected) ** 2;
    }
  }
  const se = standardError(spread, expected ** 2, n);
  const nullSe = standardError(nullSpread, expected, n);
  const z = nullSe === 0 ? null : estimate / nullSe;
  return {
    estimate,
    se,
    ci95: [estimate - Z95 * se, estimate + Z95 * se],
    z,
    p: z === null ? null : normalTwoSided(z),
    reason: z === null ? 'its standard error under the hypothesis of no agreement is zero' : null,
  };
}

/** √(spread / n) / scale; what rounding leaves of a spread of zero counts as zero. */
function standardError(spread: number, scale: number, n: number): number {
  return spread < 1e-24 * scale ** 2 ? 0 : Math.sqrt(spread / n) / scale;
}

function weightedDisagreement(table: readonly (readonly number[])[], apart: Weights): number {
  let total = 0;
  for (let i = 0; i < table.length; i++) {
    for (let j = 0; j < table.length; j++) if (table[i][j] > 0) total += table[i][j] * apart(i, j);
  }
  return total;
}

function undefinedKappa(reason: string): Kappa {
  return { estimate: null, se: null, ci95: null, z: null, p: null, reason };
}

/** Share of subjects on which both raters agree exactly, 0…1; null for an empty table. */
export function observedAgreement(table: readonly (readonly number[])[]): number | null {
  const n = sum(table.map(sum));
  return n === 0 ? null : sum(table.map((row, i) => row[i])) / n;
}

/**
 * Prevalence- and bias-adjusted kappa (Byrt, Bishop and Carlin 1993, J Clin Epidemiol 46:423–429), for k levels
 * (k·po − 1)/(k − 1) (Brennan and Prediger 1981, Educ Psychol Meas 41:687–699); k counts levels that may occur, used
 * or not. Null for an empty table or a single level.
 */
export function pabak(table: readonly (readonly number[])[], levels = table.length): number | null {
  const observed = observedAgreement(table);
  return observed === null || levels < 2 ? null : (levels * observed - 1) / (levels - 1);
}
