// Agreement of several readers at voxels: generalised Dice, Fleiss, Krippendorff and Gwet.
import type { VotePatterns } from './patterns.ts';

export interface VoxelAgreement {
  /** Voxels of the region the coefficients are over. */
  regionVoxels: number;
  fleiss: number | null;
  krippendorff: number | null;
  gwetAc1: number | null;
  /** Over all labels but background together; each label on its own. */
  generalisedDice: number | null;
  labels: { label: number; generalisedDice: number | null; meanVoxels: number }[];
  reason: string | null;
}

/**
 * Agreement over the voxels of a region by all raters at once, every voxel a subject and every label (background too) a
 * level: Fleiss' kappa (Fleiss 1971), Krippendorff's nominal alpha (2011) and Gwet's AC1 (2008; levels are the labels
 * that occur). They rise with the background in the region, which must be stated. `regionVoxels`: voxels of a region
 * that holds every labelled voxel of the patterns (the rest is background); by default what the patterns were counted
 * over. Generalised Dice of n raters: 2·Σ|Aᵢ∩Aⱼ| / Σ(|Aᵢ|+|Aⱼ|) over all pairs (Crum, Camara and Hill 2006, IEEE Trans
 * Med Imaging 25:1451–1461, in Dice's form, voxels weighing alike), which background does not enter. Undefined (null)
 * where no rater marked anything; the coefficients also where all voxels are one label for all raters.
 */
export function voxelAgreement(patterns: VotePatterns, regionVoxels = patterns.total): VoxelAgreement {
  const { raters, votes, voxels, total } = patterns;
  const shares = new Float64Array(256);
  const together = new Float64Array(256);
  let disagreeing = 0;
  const counts = new Uint8Array(256);
  const background = regionVoxels - total;
  for (let p = 0; p < voxels.length; p++) {
    const own = votes.subarray(p * raters, (p + 1) * raters);
    counts.fill(0);
    for (const label of own) counts[label] += 1;
    let apart = raters * (raters - 1);
    for (const label of new Set(own)) {
      shares[label] += voxels[p] * counts[label];
      together[label] += voxels[p] * counts[label] * (counts[label] - 1);
      apart -= counts[label] * (counts[label] - 1);
    }
    disagreeing += voxels[p] * apart;
  }
  shares[0] += background * raters;
  const labels = [...shares.keys()].filter((label) => label > 0 && shares[label] > 0);
  const ratings = regionVoxels * raters;
  const observed = disagreeing / (regionVoxels * raters * (raters - 1));
  const used = shares.filter((share) => share > 0).length;
  // Σ p(1 − p), from the smaller side of each share so that vast backgrounds keep their digits.
  const chance = shares.reduce((sum, share) => sum + (share / ratings) * ((ratings - share) / ratings), 0);
  const constant = !(chance > 0);
  const marked = sumOf(labels, shares);
  const dice = (numerator: number, size: number) => (size === 0 ? null : numerator / ((raters - 1) * size));
  return {
    regionVoxels,
    fleiss: constant ? null : 1 - observed / chance,
    krippendorff: constant ? null : 1 - (((ratings - 1) / ratings) * observed) / chance,
    gwetAc1: constant ? null : 1 - observed / (1 - chance / (used - 1)),
    generalisedDice: dice(sumOf(labels, together), marked),
    labels: labels.map((label) => ({
      label,
      generalisedDice: dice(together[label], shares[label]),
      meanVoxels: shares[label] / raters,
    })),
    reason: constant ? 'every voxel of the region is one and the same label for all raters' : null,
  };
}

function sumOf(labels: readonly number[], values: Float64Array): number {
  return labels.reduce((sum, label) => sum + values[label], 0);
}
