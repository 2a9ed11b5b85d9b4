// The picture as editing sees it: values on the mask's own grid, slice by slice as they arrive.
import type { Box, LabelVolume } from './label-volume.ts';
import type { Values } from './operations/block.ts';
import type { ValueRange } from './permissions.ts';

export interface ImageSource {
  readonly voxels: Values;
  readonly minimum: number;
  readonly maximum: number;
  readonly defaultWindow: Readonly<{ width: number; level: number }>;
  /** Unit of the values, '' where there is none. */
  readonly unit: string;
  hasSlice(k: number): boolean;
}

/** Whether the picture is there in a whole box. */
export function arrivedIn(image: ImageSource, box: Box): boolean {
  for (let k = box.low[2]; k <= box.high[2]; k++) if (!image.hasSlice(k)) return false;
  return true;
}

export const STILL_LOADING = 'The picture is still loading there. Try again in a moment.';

/** At most so many values are looked at: enough for percentiles to a fraction of a per cent. */
const SAMPLE = 100_000;

/** From the 5th to the 95th percentile of the values that have `label` in `box`; null where there are none. */
export function middleOf(
  image: ImageSource,
  volume: Pick<LabelVolume, 'labels' | 'shape' | 'counts'>,
  box: Box,
  label: number,
): ValueRange | null {
  const { labels, shape, counts } = volume;
  const every = Math.max(1, Math.floor(counts[label] / SAMPLE));
  const values: number[] = [];
  let seen = 0;
  for (let k = box.low[2]; k <= box.high[2]; k++) {
    if (!image.hasSlice(k)) continue;
    for (let j = box.low[1]; j <= box.high[1]; j++) {
      const row = shape[0] * (j + shape[1] * k);
      for (let at = row + box.low[0]; at <= row + box.high[0]; at++) {
        if (labels[at] !== label || seen++ % every !== 0) continue;
        const value = image.voxels[at];
        if (!Number.isNaN(value)) values.push(value);
      }
    }
  }
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))];
  return { low: at(0.05), high: at(0.95) };
}
