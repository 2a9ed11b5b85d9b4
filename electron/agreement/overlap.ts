// Counts → overlap figures and kappa. Empty against empty is undefined, never 1 or 0.
import { boxVoxels, growBox } from './box.ts';
import type { LabelCounts } from './joint-counts.ts';
import type { MaskGrid, PairMetrics } from './types.ts';

/** How far the box of kappa.union10mm reaches beyond both masks. */
export const KAPPA_MARGIN_MM = 10;

/** a / b, or null where it is undefined. */
function ratio(numerator: number, denominator: number): number | null {
  return denominator === 0 ? null : numerator / denominator;
}

/**
 * Cohen's kappa (Cohen 1960) of two binary masks over a region of `total` voxels that holds all of both:
 * 1 − observed/expected disagreement, which keeps its digits when the background is vast.
 * Null when both are constant and alike (no disagreement is possible by chance).
 */
export function binaryKappa(reference: number, test: number, both: number, total: number): number | null {
  const disagreements = reference + test - 2 * both;
  const expected = (reference / total) * (total - test) + (test / total) * (total - reference);
  return expected === 0 ? null : 1 - disagreements / expected;
}

/** Everything that follows from the counts of one label. `notes` says why a figure is null. */
export function overlapMetrics(
  label: number,
  counts: LabelCounts,
  grid: MaskGrid,
): Omit<PairMetrics, 'surface'> {
  const { reference, test, both, total, box } = counts;
  const voxelMl = (grid.spacing[0] * grid.spacing[1] * grid.spacing[2]) / 1000;
  const region = box ? boxVoxels(growBox(box, KAPPA_MARGIN_MM, grid.shape, grid.spacing)) : 0;
  const kappa = {
    image: binaryKappa(reference, test, both, total),
    union10mm: box ? binaryKappa(reference, test, both, region) : null,
  };
  return {
    label,
    reference: { voxels: reference, volumeMl: reference * voxelMl },
    test: { voxels: test, volumeMl: test * voxelMl },
    dice: ratio(2 * both, reference + test),
    jaccard: ratio(both, reference + test - both),
    precision: ratio(both, test),
    recall: ratio(both, reference),
    volumeDifferenceMl: (test - reference) * voxelMl,
    relativeVolumeDifference: ratio(test - reference, reference),
    kappa,
    notes: overlapNotes(counts, kappa, region),
  };
}

function overlapNotes(counts: LabelCounts, kappa: PairMetrics['kappa'], region: number): string[] {
  const { reference, test } = counts;
  if (reference === 0 && test === 0) {
    return [
      'Both masks are empty for this label: overlap, relative volume difference, kappa and surface figures are undefined (null).',
    ];
  }
  const notes: string[] = [];
  if (reference === 0) {
    notes.push(
      'The reference mask is empty for this label: recall, relative volume difference and surface figures are undefined (null); kappa is 0 because the reference is constant.',
    );
  }
  if (test === 0) {
    notes.push(
      'The test mask is empty for this label: precision and surface figures are undefined (null); kappa is 0 because the test is constant.',
    );
  }
  if (kappa.image === null) {
    notes.push('Kappa over the image is undefined (null): both masks fill the whole grid.');
  }
  if (kappa.union10mm === null) {
    notes.push(`Kappa over the union box is undefined (null): both masks fill all of its ${region} voxels.`);
  }
  return notes;
}
