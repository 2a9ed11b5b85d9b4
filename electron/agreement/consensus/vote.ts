// Majority vote, vote entropy and how the raters' votes spread over labels.
import type { VotePatterns } from './patterns.ts';

export interface Vote {
  /** The winning label of every pattern; where two or more share the most votes, `undecided`. */
  winner: Uint8Array;
  /** 1 where the vote is tied. */
  tied: Uint8Array;
  tiedVoxels: number;
}

/**
 * Majority vote (plurality) over raters, background counting as a label, as ITK's LabelVotingImageFilter. Ties get the
 * label `undecided`: 0 keeps them background, any other label marks them.
 */
export function majorityVote({ raters, votes, voxels }: VotePatterns, undecided = 0): Vote {
  const winner = new Uint8Array(voxels.length);
  const tied = new Uint8Array(voxels.length);
  let tiedVoxels = 0;
  const counts = new Uint8Array(256);
  for (let p = 0; p < voxels.length; p++) {
    const own = votes.subarray(p * raters, (p + 1) * raters);
    counts.fill(0);
    for (const label of own) counts[label] += 1;
    let [most, leaders, best] = [0, 0, 0];
    for (const label of new Set(own)) {
      if (counts[label] > most) [most, leaders, best] = [counts[label], 1, label];
      else if (counts[label] === most) leaders += 1;
    }
    winner[p] = leaders === 1 ? best : undecided;
    tied[p] = leaders === 1 ? 0 : 1;
    if (leaders > 1) tiedVoxels += voxels[p];
  }
  return { winner, tied, tiedVoxels };
}

/**
 * Shannon entropy of the raters' votes at each pattern, in bits: 0 where all agree, 1 where two labels share the votes
 * evenly, at most log₂(raters) (Shannon 1948, Bell Syst Tech J 27:379–423).
 */
export function voteEntropy({ raters, votes, voxels }: VotePatterns): Float64Array {
  return Float64Array.from(voxels, (_, p) => {
    const counts = new Map<number, number>();
    for (let r = 0; r < raters; r++) {
      const label = votes[p * raters + r];
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    let bits = 0;
    for (const count of counts.values()) bits -= (count / raters) * Math.log2(count / raters);
    return Math.max(0, bits);
  });
}
