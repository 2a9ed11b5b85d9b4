// Where readers disagree: slice by slice, so that the worst slice can be shown next.
import type { Shape } from '../types.ts';
import type { PatternIndex } from './patterns.ts';
import { voteEntropy } from './vote.ts';

export interface SliceDisagreement {
  /** Index of the slice along k. */
  slice: number;
  /** Voxels that not all raters gave the same label. */
  disagreedVoxels: number;
  /** Sum of the vote entropy over the slice, in bits. */
  entropyBits: number;
  /** 2·Σ|Aᵢ∩Aⱼ| / Σ(|Aᵢ|+|Aⱼ|) in this slice, over all labels but background; null where nobody marked anything. */
  generalisedDice: number | null;
}

/** Disagreement of every slice along k of masks with this shape (i fastest). Empty slices count 0 and Dice null. */
export function sliceDisagreement(index: PatternIndex, [nx, ny, nz]: Shape): SliceDisagreement[] {
  const { raters } = index;
  const patterns = index.count();
  const entropy = voteEntropy(patterns);
  const together = new Float64Array(entropy.length);
  const marked = new Float64Array(entropy.length);
  for (let p = 0; p < entropy.length; p++) {
    const counts = new Map<number, number>();
    for (let r = 0; r < raters; r++) {
      const label = patterns.votes[p * raters + r];
      if (label > 0) counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    for (const count of counts.values()) {
      together[p] += count * (count - 1);
      marked[p] += count;
    }
  }
  return Array.from({ length: nz }, (_, slice) => {
    let [disagreedVoxels, entropyBits, numerator, size] = [0, 0, 0, 0];
    const visit = (start: number, end: number, p: number) => {
      if (entropy[p] > 0) disagreedVoxels += end - start;
      entropyBits += (end - start) * entropy[p];
      numerator += (end - start) * together[p];
      size += (end - start) * marked[p];
    };
    index.runs(visit, slice * nx * ny, (slice + 1) * nx * ny);
    const generalisedDice = size === 0 ? null : numerator / ((raters - 1) * size);
    return { slice, disagreedVoxels, entropyBits, generalisedDice };
  });
}

/** Slices with disagreement, worst first: by the sum of entropy, then by position. */
export function worstSlices(slices: readonly SliceDisagreement[]): SliceDisagreement[] {
  return slices
    .filter((slice) => slice.disagreedVoxels > 0)
    .toSorted((a, b) => b.entropyBits - a.entropyBits || a.slice - b.slice);
}
