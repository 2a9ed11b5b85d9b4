// A small grey picture of a volume: its middle axial slice, true proportions, patient's left on the right.
import type { Triple } from '../contract/geometry.ts';
import { volumeFacts, type DisplayWindow } from './facts.ts';
import type { Picture } from './png.ts';
import { reorientationOf, stepsToCanonical } from './reorientation.ts';
import type { Volume } from './volume.ts';

export interface ThumbnailOptions {
  /** Pixels of the longer side; 160 unless said. */
  size?: number;
  /** As for the display; from `volumeFacts` unless given. */
  window?: DisplayWindow;
}

/** The volume may be in any orientation. Not-a-number voxels are black. */
export function thumbnail(volume: Volume, options: ThumbnailOptions = {}): Picture {
  const { width, level } = options.window ?? volumeFacts(volume).window;
  const reorientation = reorientationOf(volume.grid);
  const { shape, start, steps } = stepsToCanonical(reorientation);
  const { spacing } = reorientation.canonical;
  const extent = [shape[0] * spacing[0], shape[1] * spacing[1]];
  const scale = (options.size ?? 160) / Math.max(...extent);
  const columns = Math.max(1, Math.round(extent[0] * scale));
  const rows = Math.max(1, Math.round(extent[1] * scale));
  const pixels = new Uint8Array(columns * rows);
  const slice = start + Math.floor(shape[2] / 2) * steps[2];
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = footprint(row, rows, shape[1]);
    for (let column = 0; column < columns; column++) {
      const [left, right] = footprint(column, columns, shape[0]);
      const mean = meanOf(volume, slice, steps, [left, right, top, bottom]);
      const grey = ((mean - level) / width + 0.5) * 255;
      pixels[column + columns * row] = Math.max(0, Math.min(255, Math.round(grey) || 0));
    }
  }
  return { width: columns, height: rows, pixels };
}

/** First and one past the last voxel under pixel `n` of `pixels`; at least one voxel. */
function footprint(n: number, pixels: number, voxels: number): [number, number] {
  const first = Math.min(voxels - 1, Math.floor((n * voxels) / pixels));
  return [first, Math.max(first + 1, Math.floor(((n + 1) * voxels) / pixels))];
}

function meanOf(
  { voxels }: Volume,
  slice: number,
  steps: Triple,
  [left, right, top, bottom]: [number, number, number, number],
): number {
  let sum = 0;
  for (let j = top; j < bottom; j++) {
    for (let i = left; i < right; i++) sum += voxels[slice + i * steps[0] + j * steps[1]];
  }
  return sum / ((right - left) * (bottom - top));
}
