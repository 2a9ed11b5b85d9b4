// STAPLE for several labels at once: a confusion matrix a rater.
import type { VotePatterns } from './patterns.ts';
import { majorityVote } from './vote.ts';

export interface LabelStaple {
  /** Labels that occur, ascending, 0 among them: rows and columns of the matrices. */
  labels: number[];
  /** Share of each label among all votes. */
  prior: number[];
  /** confusion[rater][said][truth]: how often the rater says `said` where the truth is `truth`; columns add up to 1. */
  confusion: number[][][];
  iterations: number;
  converged: boolean;
  /** The label of every pattern; ties get `undecided`. */
  winner: Uint8Array;
  tiedVoxels: number;
  /** probability[pattern · labels + place]: belief in each label. */
  probability: Float64Array;
}
export interface LabelStapleOptions {
  undecided?: number;
  /** Ends when no element of any matrix changes by as much; ITK's default. */
  threshold?: number;
}

const MOST_ROUNDS = 10_000;

/**
 * Multi-label STAPLE (Rohlfing, Russakoff and Maurer 2003, IPMI, LNCS 2732:210–221, and Warfield et al. 2004), as ITK's
 * MultiLabelSTAPLEImageFilter: priors from the labels' shares, matrices begun from the majority vote (ties left out, as
 * later versions do; ITK 5.2.1 writes them past the end of a matrix row and so answers differently where votes tie).
 * Patterns hold any labels. When all masks are one and the same label everywhere, that label wins everywhere.
 */
export function stapleLabels(patterns: VotePatterns, options: LabelStapleOptions = {}): LabelStaple {
  const { undecided = 0, threshold = 1e-5 } = options;
  const { raters, votes, voxels, total } = patterns;
  const labels = [...new Set(votes).add(0)].sort((a, b) => a - b);
  const size = labels.length;
  const placeOf = new Int32Array(256);
  labels.forEach((label, place) => (placeOf[label] = place));
  const said = Int32Array.from(votes, (label) => placeOf[label]);
  const prior = new Array<number>(size).fill(0);
  for (let n = 0; n < said.length; n++) prior[said[n]] += voxels[Math.floor(n / raters)] / (total * raters);
  let matrices = fromVoting(patterns, said, placeOf, size);
  const probability = new Float64Array(voxels.length * size);
  let [iterations, converged] = [0, false];
  for (; iterations < MOST_ROUNDS; iterations++) {
    believe(patterns, said, prior, matrices, probability, true);
    const updated = matricesOf(patterns, said, size, probability);
    const change = largestChange(matrices, updated);
    matrices = updated;
    if (change < threshold) {
      converged = true;
      break;
    }
  }
  believe(patterns, said, prior, matrices, probability, false);
  const winner = new Uint8Array(voxels.length);
  let tiedVoxels = 0;
  for (let p = 0; p < voxels.length; p++) {
    let [best, leaders, place] = [0, 0, 0];
    for (let c = 0; c < size; c++) {
      const value = probability[p * size + c];
      if (value > best) [best, leaders, place] = [value, 1, c];
      else if (value === best && value > 0) leaders += 1;
    }
    winner[p] = leaders === 1 ? labels[place] : undecided;
    if (leaders !== 1) tiedVoxels += voxels[p];
    const sum = probability.subarray(p * size, (p + 1) * size).reduce((a, b) => a + b, 0);
    for (let c = 0; c < size; c++) probability[p * size + c] /= sum || 1;
  }
  const confusion = Array.from({ length: raters }, (_, r) =>
    labels.map((_, j) => labels.map((_, c) => matrices[(r * size + j) * size + c])),
  );
  return { labels, prior, confusion, iterations, converged, winner, tiedVoxels, probability };
}

/** Matrices of how the raters' labels meet the vote's, each row (what was said) adding up to 1. */
function fromVoting(
  patterns: VotePatterns,
  said: Int32Array,
  placeOf: Int32Array,
  size: number,
): Float64Array {
  const { raters, voxels } = patterns;
  const vote = majorityVote(patterns);
  const matrices = new Float64Array(raters * size * size);
  for (let p = 0; p < voxels.length; p++) {
    if (vote.tied[p]) continue;
    const truth = placeOf[vote.winner[p]];
    for (let r = 0; r < raters; r++) matrices[(r * size + said[p * raters + r]) * size + truth] += voxels[p];
  }
  for (let row = 0; row < raters * size; row++) {
    const own = matrices.subarray(row * size, (row + 1) * size);
    const sum = own.reduce((a, b) => a + b, 0);
    if (sum > 0) for (let c = 0; c < size; c++) own[c] /= sum;
  }
  return matrices;
}

/** Belief in each label at every pattern, adding up to 1 when `normalise` is set. */
function believe(
  { raters, voxels }: VotePatterns,
  said: Int32Array,
  prior: readonly number[],
  matrices: Float64Array,
  probability: Float64Array,
  normalise: boolean,
): void {
  const size = prior.length;
  for (let p = 0; p < voxels.length; p++) {
    let sum = 0;
    for (let c = 0; c < size; c++) {
      let belief = prior[c];
      for (let r = 0; r < raters; r++) belief *= matrices[(r * size + said[p * raters + r]) * size + c];
      probability[p * size + c] = belief;
      sum += belief;
    }
    if (normalise && sum > 0) for (let c = 0; c < size; c++) probability[p * size + c] /= sum;
  }
}

/** Matrices from beliefs; each column (a truth) adds up to 1. */
function matricesOf(
  { raters, voxels }: VotePatterns,
  said: Int32Array,
  size: number,
  probability: Float64Array,
): Float64Array {
  const matrices = new Float64Array(raters * size * size);
  for (let p = 0; p < voxels.length; p++) {
    for (let r = 0; r < raters; r++) {
      const row = (r * size + said[p * raters + r]) * size;
      for (let c = 0; c < size; c++) matrices[row + c] += voxels[p] * probability[p * size + c];
    }
  }
  for (let r = 0; r < raters; r++) {
    for (let c = 0; c < size; c++) {
      let sum = 0;
      for (let j = 0; j < size; j++) sum += matrices[(r * size + j) * size + c];
      if (sum > 0) for (let j = 0; j < size; j++) matrices[(r * size + j) * size + c] /= sum;
    }
  }
  return matrices;
}

function largestChange(a: Float64Array, b: Float64Array): number {
  let largest = 0;
  for (let n = 0; n < a.length; n++) largest = Math.max(largest, Math.abs(a[n] - b[n]));
  return largest;
}
