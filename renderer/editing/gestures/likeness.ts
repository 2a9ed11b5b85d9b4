// What resembles a place: the values around it, told by their median and spread so that one odd voxel does not count.
import type { Grid, Triple } from '../../../electron/contract/geometry.ts';
import type { ImageSource } from '../image-source.ts';
import type { Axis } from '../operations/block.ts';
import type { ValueRange } from '../permissions.ts';

/** A normal distribution's standard deviation for one median absolute deviation. */
const SD_PER_MAD = 1.4826;

/**
 * Median ± likeness × spread of the values in the inner half of a tip of `sizeMm` across `axis` at `at` (null: in space; at least
 * the 3 × 3 voxels around it); null where the picture has not arrived.
 */
export function rangeLike(
  image: ImageSource,
  grid: Pick<Grid, 'shape' | 'spacing'>,
  at: Readonly<Triple>,
  axis: Axis | null,
  { sizeMm, likeness }: { sizeMm: number; likeness: number },
): ValueRange | null {
  const [nx, ny] = grid.shape;
  const centre = at.map(Math.round) as Triple;
  const low: Triple = [...centre];
  const high: Triple = [...centre];
  for (const a of [0, 1, 2] as const) {
    const reach = a === axis ? 0 : Math.max(1, Math.floor(sizeMm / 4 / grid.spacing[a]));
    low[a] = Math.max(0, centre[a] - reach);
    high[a] = Math.min(grid.shape[a] - 1, centre[a] + reach);
  }
  const values: number[] = [];
  for (let k = low[2]; k <= high[2]; k++) {
    if (!image.hasSlice(k)) return null;
    for (let j = low[1]; j <= high[1]; j++) {
      for (let i = low[0]; i <= high[0]; i++) {
        const value = image.voxels[i + nx * (j + ny * k)];
        if (!Number.isNaN(value)) values.push(value);
      }
    }
  }
  if (values.length === 0) return null;
  const middle = median(values);
  const spread = SD_PER_MAD * median(values.map((value) => Math.abs(value - middle)));
  // A flat place still has neighbours like it.
  const least = (image.maximum - image.minimum) / 1000;
  const reach = likeness * Math.max(spread, least);
  return { low: middle - reach, high: middle + reach };
}

function median(values: number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
