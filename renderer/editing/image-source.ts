// The picture as editing sees it: values on the mask's own grid, slice by slice as they arrive.
import type { Box } from './label-volume.ts';
import type { Values } from './operations/block.ts';

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
