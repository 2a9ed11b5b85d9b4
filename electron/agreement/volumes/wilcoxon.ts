// Wilcoxon's signed-rank test, exact and by the normal approximation.
import { normalTwoSided } from '../distributions/index.ts';

export interface Wilcoxon {
  /** Sum of the ranks of positive differences (second − first). */
  v: number | null;
  p: number | null;
  method: 'exact' | 'normal' | null;
  /** Differences that are not 0. */
  n: number;
  reason: string | null;
}
export interface WilcoxonOptions {
  /**
   * 'auto' as R: exact below 50 differences without ties and zeros, else normal. 'exact' counts every sign of the
   * mid-ranks, which is right with ties too (zeros left out), for up to 1,000 differences.
   */
  method?: 'auto' | 'exact' | 'normal';
  /** Half a step towards the mean in the normal approximation; R's default, not SciPy's. */
  continuity?: boolean;
}

/** Above this many differences the exact distribution is not reckoned. */
const MOST_EXACT = 1000;

/**
 * Wilcoxon's signed-rank test, two-sided (Wilcoxon 1945, Biometrics Bull 1:80–83), of paired differences second −
 * first; zeros are left out (Wilcoxon's own rule), ties share their mean rank, and the normal approximation corrects its
 * variance for ties. Missing pairs are left out by the caller. R and SciPy differ in two points: which n is exact, and
 * the continuity correction; R is the default here, the other is `{ continuity: false }`. Undefined when no difference
 * is left.
 */
export function wilcoxon(differences: readonly number[], options: WilcoxonOptions = {}): Wilcoxon {
  const { method = 'auto', continuity = true } = options;
  const moved = differences.filter((d) => d !== 0);
  const n = moved.length;
  if (n === 0) return { v: null, p: null, method: null, n, reason: 'no pair differs' };
  const { ranks, ties } = doubledRanks(moved.map(Math.abs));
  let doubled = 0;
  moved.forEach((d, at) => (doubled += d > 0 ? ranks[at] : 0));
  const v = doubled / 2;
  const plain = ties.length === 0 && n === differences.length;
  const exact = n <= MOST_EXACT && (method === 'exact' || (method === 'auto' && plain && n < 50));
  if (exact) return { v, p: exactTwoSided(doubled, ranks), method: 'exact', n, reason: null };
  const tied = ties.reduce((total, t) => total + t ** 3 - t, 0);
  const sigma = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24 - tied / 48);
  const distance = v - (n * (n + 1)) / 4;
  const corrected = continuity ? distance - 0.5 * Math.sign(distance) : distance;
  if (sigma === 0) return { v, p: null, method: null, n, reason: 'the ranks do not vary' };
  return { v, p: Math.min(1, normalTwoSided(corrected / sigma)), method: 'normal', n, reason: null };
}

/** Twice the mean ranks (whole numbers), and the sizes of ties. */
function doubledRanks(values: readonly number[]): { ranks: number[]; ties: number[] } {
  const order = values.map((_, n) => n).sort((a, b) => values[a] - values[b]);
  const ranks = new Array<number>(values.length);
  const ties: number[] = [];
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let at = start; at < end; at++) ranks[order[at]] = start + 1 + end;
    if (end - start > 1) ties.push(end - start);
    start = end;
  }
  return { ranks, ties };
}

/** Two-sided p of the doubled rank sum: every difference is positive or negative with probability ½. */
function exactTwoSided(doubled: number, ranks: readonly number[]): number {
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  // By symmetry the smaller tail is enough, and sums beyond the observed one need not be kept.
  const reach = Math.min(doubled, total - doubled);
  const chances = new Float64Array(reach + 1);
  chances[0] = 1;
  for (const rank of ranks) {
    for (let at = reach; at >= 0; at--)
      chances[at] = (chances[at] + (at >= rank ? chances[at - rank] : 0)) / 2;
  }
  let tail = 0;
  for (const chance of chances) tail += chance;
  return Math.min(1, 2 * tail);
}
