// Light's and Conger's kappa: several named raters who rated the same subjects.
import { cohensKappa } from './cohen.ts';
import { ROUNDING } from './estimate.ts';
import { contingencyTable, sum } from './rating-table.ts';
import { weightsOf, type WeightKind } from './weights.ts';

export interface ManyRaters {
  estimate: number | null;
  reason: string | null;
}

/**
 * Light's kappa (Light 1971, Psychol Bull 76:365–377): the mean of Cohen's kappas of every two raters. `rows`: complete
 * subjects × raters, by places of levels (subjects with a missing rating are left out before). Undefined when the
 * kappa of some two raters is. Its interval comes from the bootstrap.
 */
export function lightKappa(
  rows: readonly (readonly number[])[],
  levels: number,
  kind: WeightKind,
): ManyRaters {
  const raters = rows[0]?.length ?? 0;
  if (raters < 2) return { estimate: null, reason: 'no subject was rated by all raters' };
  const weights = weightsOf(kind, levels);
  const kappas: number[] = [];
  for (let a = 0; a < raters; a++) {
    for (let b = a + 1; b < raters; b++) {
      const pairs = rows.map((row) => [row[a], row[b]] as const);
      const { estimate } = cohensKappa(contingencyTable(pairs, levels), weights);
      if (estimate === null) return { estimate, reason: 'the kappa of some two raters is undefined' };
      kappas.push(estimate);
    }
  }
  return { estimate: sum(kappas) / kappas.length, reason: null };
}

/**
 * Conger's exact kappa (Conger 1980, Psychol Bull 88:322–328): Fleiss' observed agreement against the agreement that
 * the raters' own margins give by chance. `rows` as `lightKappa`. With two raters it is Cohen's kappa. Undefined when
 * all raters used one and the same level.
 */
export function congerKappa(rows: readonly (readonly number[])[], levels: number): ManyRaters {
  const subjects = rows.length;
  const raters = rows[0]?.length ?? 0;
  if (raters < 2) return { estimate: null, reason: 'no subject was rated by all raters' };
  let observed = 0;
  const margins = Array.from({ length: raters }, () => new Array<number>(levels).fill(0));
  for (const row of rows) {
    const counts = new Array<number>(levels).fill(0);
    row.forEach((level, rater) => {
      counts[level] += 1;
      margins[rater][level] += 1 / subjects;
    });
    observed += sum(counts.map((c) => c * (c - 1))) / (raters * (raters - 1) * subjects);
  }
  let chance = 0;
  for (let level = 0; level < levels; level++) {
    const shares = margins.map((margin) => margin[level]);
    const mean = sum(shares) / raters;
    chance += mean ** 2 - sum(shares.map((p) => (p - mean) ** 2)) / (raters * (raters - 1));
  }
  if (1 - chance <= ROUNDING) {
    return { estimate: null, reason: 'all raters used one and the same level for every subject' };
  }
  return { estimate: (observed - chance) / (1 - chance), reason: null };
}
