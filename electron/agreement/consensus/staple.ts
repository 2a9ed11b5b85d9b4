// STAPLE for one label: the hidden truth and how well each rater sees it, by expectation maximisation.
import type { VotePatterns } from './patterns.ts';

export interface Staple {
  /** Mean foreground fraction over raters and voxels: one global prior. */
  prior: number;
  sensitivity: number[];
  specificity: number[];
  /** ITK's count of elapsed iterations: rounds of estimation less one. */
  iterations: number;
  converged: boolean;
  /** Probability of foreground of every pattern. */
  probability: Float64Array;
}

/** ITK's: no sensitivity or specificity changes by more, squared. */
const CHANGE = 1e-14;
const MOST_ROUNDS = 10_000;

/**
 * Binary STAPLE (Warfield, Zou and Wells 2004, IEEE Trans Med Imaging 23:903–921) of patterns of 0 and 1, with one
 * global prior, begun from the mean of the raters, as ITK's STAPLEImageFilter computes it (confidence weight 1).
 * The result depends on how much background the grid holds. Null when no voxel, or every voxel, is marked by anyone:
 * then sensitivities, or specificities, cannot be told.
 */
export function staple({ raters, votes, voxels, total }: VotePatterns): Staple | null {
  const probability = Float64Array.from(voxels, (_, p) => {
    let marked = 0;
    for (let r = 0; r < raters; r++) marked += votes[p * raters + r];
    return marked / raters;
  });
  const prior = probability.reduce((sum, share, p) => sum + share * voxels[p], 0) / total;
  if (!(prior > 0 && prior < 1)) return null;
  let sensitivity: number[] = [];
  let specificity: number[] = [];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const before = [...sensitivity, ...specificity];
    [sensitivity, specificity] = performance(raters, votes, voxels, probability);
    for (let p = 0; p < voxels.length; p++) {
      let [inside, outside] = [prior, 1 - prior];
      for (let r = 0; r < raters; r++) {
        const marked = votes[p * raters + r] === 1;
        inside *= marked ? sensitivity[r] : 1 - sensitivity[r];
        outside *= marked ? 1 - specificity[r] : specificity[r];
      }
      // A pattern that the estimates rule out both ways keeps what was believed of it.
      if (inside + outside > 0) probability[p] = inside / (inside + outside);
    }
    const still = [...sensitivity, ...specificity].every((value, n) => (value - before[n]) ** 2 <= CHANGE);
    if (round > 0 && still)
      return { prior, sensitivity, specificity, iterations: round, converged: true, probability };
  }
  return { prior, sensitivity, specificity, iterations: MOST_ROUNDS, converged: false, probability };
}

/** Each rater's sensitivity and specificity against the present belief. */
function performance(
  raters: number,
  votes: Uint8Array,
  voxels: Float64Array,
  probability: Float64Array,
): [number[], number[]] {
  let [inside, outside] = [0, 0];
  for (let p = 0; p < voxels.length; p++) {
    inside += voxels[p] * probability[p];
    outside += voxels[p] * (1 - probability[p]);
  }
  const sensitivity = new Array<number>(raters).fill(0);
  const specificity = new Array<number>(raters).fill(0);
  for (let p = 0; p < voxels.length; p++) {
    for (let r = 0; r < raters; r++) {
      if (votes[p * raters + r] === 1) sensitivity[r] += voxels[p] * probability[p];
      else specificity[r] += voxels[p] * (1 - probability[p]);
    }
  }
  return [sensitivity.map((sum) => sum / inside), specificity.map((sum) => sum / outside)];
}
