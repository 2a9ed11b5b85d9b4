// Paired measurements: means, spreads and sums that several figures share.

/** [first, second] of one subject, in any one unit. */
export type MeasuredPair = readonly [number, number];

export interface Moments {
  n: number;
  meanX: number;
  meanY: number;
  /** Sums of squares and products about the means; what is rounding alone counts as 0. */
  sxx: number;
  syy: number;
  sxy: number;
}

/** Moments of pairs; `times` repeats pairs as a bootstrap's resample does. */
export function moments(pairs: readonly MeasuredPair[], times?: ArrayLike<number>): Moments {
  let [n, sumX, sumY, largest] = [0, 0, 0, 0];
  for (let at = 0; at < pairs.length; at++) {
    const weight = times ? times[at] : 1;
    n += weight;
    sumX += weight * pairs[at][0];
    sumY += weight * pairs[at][1];
    largest = Math.max(largest, Math.abs(pairs[at][0]), Math.abs(pairs[at][1]));
  }
  const [meanX, meanY] = [sumX / n, sumY / n];
  let [sxx, syy, sxy] = [0, 0, 0];
  for (let at = 0; at < pairs.length; at++) {
    const weight = times ? times[at] : 1;
    const [x, y] = [pairs[at][0] - meanX, pairs[at][1] - meanY];
    sxx += weight * x * x;
    syy += weight * y * y;
    sxy += weight * x * y;
  }
  const nothing = n * (1e-14 * largest) ** 2;
  if (sxx <= nothing) sxx = 0;
  if (syy <= nothing) syy = 0;
  return { n, meanX, meanY, sxx, syy, sxy };
}

/** The middle of ascending numbers. */
export function medianOfSorted(sorted: ArrayLike<number>): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
