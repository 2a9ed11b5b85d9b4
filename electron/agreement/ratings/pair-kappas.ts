// The table of two raters over the levels they used, and the kappas of it.
import { cohensKappa, type Kappa } from './cohen.ts';
import { contingencyTable } from './rating-table.ts';
import { weightsOf, type WeightKind } from './weights.ts';

export interface PairTable {
  /** Places of the levels that either used, ascending; rows and columns of `table`. */
  readonly used: readonly number[];
  /** Counts; rows the first rater. */
  readonly table: readonly (readonly number[])[];
}

/** Crosses two raters; levels that neither used take no room, and keep their place among all. */
export function pairTable(pairs: readonly (readonly [number, number])[]): PairTable {
  const used = [...new Set(pairs.flat())].sort((a, b) => a - b);
  const at = new Map(used.map((place, n) => [place, n]));
  const table = contingencyTable(
    pairs.map(([x, y]) => [at.get(x)!, at.get(y)!] as const),
    used.length,
  );
  return { used, table };
}

/** Unweighted, linear and quadratic kappa; weights go by the places among all `levels`, used or not. */
export function pairKappas({ used, table }: PairTable, levels: number): Record<WeightKind, Kappa> {
  const kappa = (kind: WeightKind) => {
    const weights = weightsOf(kind, levels);
    return cohensKappa(table, (i, j) => weights(used[i], used[j]));
  };
  return { unweighted: kappa('unweighted'), linear: kappa('linear'), quadratic: kappa('quadratic') };
}
