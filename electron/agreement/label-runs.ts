// Masks as runs, as they rest in a study: counted and sliced without ever unpacking the whole grid.
import type { Box } from './box.ts';
import { JointCounts } from './joint-counts.ts';
import type { FillSlice } from './surface-voxels.ts';
import { checkGrid, type MaskGrid } from './types.ts';

/** A label mask as runs over the linear grid (i fastest): run n ends before voxel `ends[n]` and carries `labels[n]`. */
export interface LabelRuns {
  readonly ends: Uint32Array;
  readonly labels: Uint8Array;
}

/** Joint counts of two masks given as runs; the same result as `countDense` on the unpacked arrays. */
export function countRuns(reference: LabelRuns, test: LabelRuns, grid: MaskGrid): JointCounts {
  checkGrid(grid);
  const counts = new JointCounts(grid.shape);
  checkRuns('reference', reference, counts.total);
  checkRuns('test', test, counts.total);
  let at = 0;
  for (let m = 0, n = 0; at < counts.total;) {
    const end = Math.min(reference.ends[m], test.ends[n]);
    const x = reference.labels[m];
    const y = test.labels[n];
    if (x !== 0 || y !== 0) counts.add(at, end, x, y);
    if (reference.ends[m] === end) m++;
    if (test.ends[n] === end) n++;
    at = end;
  }
  return counts;
}

function checkRuns(name: string, runs: LabelRuns, total: number): void {
  const covered = runs.ends.length === 0 ? 0 : runs.ends[runs.ends.length - 1];
  if (covered !== total || runs.labels.length !== runs.ends.length) {
    throw new RangeError(`the runs of the ${name} cover ${covered} voxels and its grid has ${total}`);
  }
}

/** Fills slices of one label from its runs; slices must be asked for in ascending order. */
export function runSlices(
  runs: LabelRuns,
  nx: number,
  ny: number,
  label: number,
  { low, high }: Box,
): FillSlice {
  let cursor = firstRunAfter(runs.ends, low[2] * nx * ny);
  return (k, { bytes, start, width }) => {
    const from = (k * ny + low[1]) * nx;
    const to = (k * ny + high[1] + 1) * nx;
    while (cursor > 0 && runs.ends[cursor - 1] > from) cursor--;
    for (; cursor < runs.ends.length; cursor++) {
      const runStart = cursor === 0 ? 0 : runs.ends[cursor - 1];
      if (runStart >= to) break;
      if (runs.labels[cursor] !== label) continue;
      const end = Math.min(runs.ends[cursor], to);
      for (let at = Math.max(runStart, from); at < end;) {
        const row = Math.floor(at / nx);
        const rowEnd = Math.min(end, (row + 1) * nx);
        const target = start + (row - k * ny) * width - row * nx;
        bytes.fill(1, target + at, target + rowEnd);
        at = rowEnd;
      }
    }
  };
}

/** Index of the run that holds `voxel`. */
function firstRunAfter(ends: Uint32Array, voxel: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle] > voxel) high = middle;
    else low = middle + 1;
  }
  return low;
}
