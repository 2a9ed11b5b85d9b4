// Masks as runs, as they rest in a study: counted and cropped without ever unpacking the whole grid.
import type { Box } from './box.ts';
import { JointCounts } from './joint-counts.ts';
import { checkGrid, type MaskGrid, type Shape } from './types.ts';

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

/** One label inside a box as a dense array of 0 and 1, in the shape of the box. */
export function cropLabel(runs: LabelRuns, shape: Shape, label: number, box: Box): Uint8Array {
  const [nx, ny] = shape;
  const { low, high } = box;
  const width = high[0] - low[0] + 1;
  const height = high[1] - low[1] + 1;
  const crop = new Uint8Array(width * height * (high[2] - low[2] + 1));
  const from = (low[2] * ny + low[1]) * nx;
  const to = (high[2] * ny + high[1] + 1) * nx;
  for (let n = firstRunAfter(runs.ends, from); n < runs.ends.length; n++) {
    const start = n === 0 ? 0 : runs.ends[n - 1];
    if (start >= to) break;
    if (runs.labels[n] !== label) continue;
    for (let at = start; at < runs.ends[n];) {
      const row = Math.floor(at / nx);
      const rowStart = row * nx;
      const end = Math.min(runs.ends[n], rowStart + nx);
      const k = Math.floor(row / ny);
      const j = row - k * ny;
      if (j >= low[1] && j <= high[1] && k >= low[2] && k <= high[2]) {
        const target = ((k - low[2]) * height + (j - low[1])) * width - low[0];
        const first = Math.max(at - rowStart, low[0]);
        const last = Math.min(end - rowStart, high[0] + 1);
        if (last > first) crop.fill(1, target + first, target + last);
      }
      at = end;
    }
  }
  return crop;
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
