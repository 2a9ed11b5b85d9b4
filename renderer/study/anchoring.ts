// Anchoring by reader: sums over voxels, means over structures.
import { grouped } from '../ui/grouped.ts';
import type { AnchoredRead } from '../../electron/contract/anchoring.ts';

export interface AnchoredReader {
  personId: string;
  reads: number;
  structures: number;
  untouched: number;
  /** Added and removed voxels over the AI mask's voxels; null when the AI drew nothing. */
  voxelsChanged: number | null;
  surfaceChanged: number | null;
  dice: number | null;
}

export function readersOf(reads: readonly AnchoredRead[]): AnchoredReader[] {
  return [...grouped(reads, (read) => read.personId)].map(([personId, theirs]) => {
    const drawn = theirs.flatMap((read) =>
      read.structures.filter((one) => one.aiVoxels + one.readVoxels > 0),
    );
    const sum = (value: (one: (typeof drawn)[number]) => number) =>
      drawn.reduce((total, one) => total + value(one), 0);
    const ai = sum((one) => one.aiVoxels);
    return {
      personId,
      reads: theirs.length,
      structures: drawn.length,
      untouched: drawn.filter((one) => one.untouched).length,
      voxelsChanged: ai === 0 ? null : sum((one) => one.addedVoxels + one.removedVoxels) / ai,
      surfaceChanged: mean(drawn.map((one) => one.surfaceChanged)),
      dice: mean(drawn.map((one) => one.dice)),
    };
  });
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
