// The surface of a label as small pieces with an area, one between every eight voxels that are not all alike.
import type { Box } from '../box.ts';
import type { Shape, Spacing } from '../types.ts';
import { surfelAreas } from './surfel-areas.ts';

export interface Surfels {
  /** Triples i, j, k in scan order: the piece lies at (i − ½, j − ½, k − ½) voxels. */
  readonly places: Int32Array;
  /** Area of each piece in mm². */
  readonly areas: Float64Array;
}

let kept: { key: string; areas: Float64Array } | null = null;

/** The table of the last spacing is kept: both masks of a pair, and all pairs of a study, share it. */
function areasOf(spacing: Spacing): Float64Array {
  const key = spacing.join();
  if (kept?.key !== key) kept = { key, areas: surfelAreas(spacing) };
  return kept.areas;
}

/** Pieces of the surface of `label`, whose voxels all lie in `box`; what is outside the grid is background. */
export function surfelsOf(
  mask: Uint8Array,
  [nx, ny, nz]: Shape,
  label: number,
  { low, high }: Box,
  spacing: Spacing,
): Surfels {
  const areas = areasOf(spacing);
  const places: number[] = [];
  const found: number[] = [];
  const width = high[0] - low[0] + 3;
  const rows = high[1] - low[1] + 3;
  // Slices of the box with a margin of one background voxel around it.
  let before = new Uint8Array(width * rows);
  let here = new Uint8Array(width * rows);
  for (let k = low[2]; k <= high[2] + 1; k++) {
    [before, here] = [here, before.fill(0)];
    if (k <= high[2] && k < nz) {
      for (let j = low[1]; j <= Math.min(high[1], ny - 1); j++) {
        const from = (k * ny + j) * nx;
        const to = (j - low[1] + 1) * width + 1 - low[0];
        for (let i = low[0]; i <= high[0]; i++) if (mask[from + i] === label) here[to + i] = 1;
      }
    }
    for (let row = 1; row < rows; row++) {
      const at = row * width;
      const over = at - width;
      for (let column = 1; column < width; column++) {
        const right = at + column;
        const left = over + column;
        const code =
          before[left - 1] |
          (before[left] << 1) |
          (before[right - 1] << 2) |
          (before[right] << 3) |
          (here[left - 1] << 4) |
          (here[left] << 5) |
          (here[right - 1] << 6) |
          (here[right] << 7);
        if (code === 0 || code === 255) continue;
        places.push(low[0] + column - 1, low[1] + row - 1, k);
        found.push(areas[code]);
      }
    }
  }
  return { places: Int32Array.from(places), areas: Float64Array.from(found) };
}
