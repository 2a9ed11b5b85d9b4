// Exact Euclidean distances in mm on any spacing: one pass along rows, then lower envelopes of parabolas along j and k.
// Source: Felzenszwalb and Huttenlocher, Distance transforms of sampled functions, Theory of Computing 8 (2012).
import type { Triple } from '../../../electron/contract/geometry.ts';
import type { Report } from './block.ts';

/** Room for what squares lose in 32 bits: a voxel at exactly the radius counts as within it. */
export const TIE = 1 + 1e-6;

/**
 * Squared distance, mm², of each voxel to the nearest one where `mask` is `target`; Infinity beyond `reachMm` (those
 * distances are not needed and cost most). Where no voxel is `target`, all are Infinity.
 */
export function squaredDistances(
  mask: Uint8Array,
  shape: Readonly<Triple>,
  spacing: Readonly<Triple>,
  target: 0 | 1,
  reachMm = Infinity,
  report: Report = () => undefined,
): Float32Array<ArrayBuffer> {
  const reach2 = reachMm * reachMm * TIE;
  const field = alongRows(mask, shape, spacing[0], target, reach2);
  report(0.2);
  const [nx, ny, nz] = shape;
  const line = new Line(Math.max(ny, nz));
  if (ny > 1) {
    for (let k = 0; k < nz; k++) {
      for (let i = 0; i < nx; i++) line.transform(field, i + nx * ny * k, nx, ny, spacing[1], reach2);
      if (k % 16 === 0) report(0.2 + (0.4 * k) / nz);
    }
  }
  if (nz > 1) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++) line.transform(field, i + nx * j, nx * ny, nz, spacing[2], reach2);
      if (j % 16 === 0) report(0.6 + (0.4 * j) / ny);
    }
  }
  return field;
}

function alongRows(
  mask: Uint8Array,
  shape: Readonly<Triple>,
  mm: number,
  target: 0 | 1,
  reach2: number,
): Float32Array<ArrayBuffer> {
  const nx = shape[0];
  const field = new Float32Array(mask.length);
  for (let row = 0; row < mask.length; row += nx) {
    let away = Infinity;
    for (let n = row; n < row + nx; n++) {
      away = mask[n] === target ? 0 : away + mm;
      field[n] = away;
    }
    away = Infinity;
    for (let n = row + nx - 1; n >= row; n--) {
      away = mask[n] === target ? 0 : away + mm;
      const nearest = Math.min(away, field[n]);
      const squared = nearest * nearest;
      field[n] = squared <= reach2 ? squared : Infinity;
    }
  }
  return field;
}

/** One line of the field at a time: the lower envelope of the parabolas that stand on it. */
class Line {
  private readonly heights: Float64Array;
  private readonly feet: Int32Array;
  private readonly borders: Float64Array;

  constructor(longest: number) {
    this.heights = new Float64Array(longest);
    this.feet = new Int32Array(longest);
    this.borders = new Float64Array(longest + 1);
  }

  transform(
    field: Float32Array,
    start: number,
    stride: number,
    length: number,
    mm: number,
    reach2: number,
  ): void {
    const { heights, feet, borders } = this;
    let any = false;
    let flat = true;
    for (let n = 0, at = start; n < length; n++, at += stride) {
      const height = field[at];
      heights[n] = height;
      if (height < Infinity) any = true;
      if (height !== 0) flat = false;
    }
    if (!any || flat) return;
    const mm2 = mm * mm;
    let last = -1;
    for (let q = 0; q < length; q++) {
      if (heights[q] === Infinity) continue;
      let border = -Infinity;
      while (last >= 0) {
        const foot = feet[last];
        border = (heights[q] - heights[foot] + mm2 * (q * q - foot * foot)) / (2 * mm2 * (q - foot));
        if (border > borders[last]) break;
        last--;
      }
      feet[++last] = q;
      borders[last] = last === 0 ? -Infinity : border;
    }
    for (let n = 0, at = start, below = 0; n < length; n++, at += stride) {
      while (below < last && borders[below + 1] < n) below++;
      const away = (n - feet[below]) * mm;
      const squared = away * away + heights[feet[below]];
      field[at] = squared <= reach2 ? squared : Infinity;
    }
  }
}
