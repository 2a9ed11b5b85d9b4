// Small margins by runs: what lies within a ball of some voxel of a row is that row's run, widened, in the rows around.
import type { Triple } from '../../../electron/contract/geometry.ts';
import type { Report } from './block.ts';
import { TIE } from './distance.ts';
import { runsOf } from './runs.ts';

/** A row within reach: so many rows and slices away, and how far runs widen there, voxels to both sides. */
export interface RowWithin {
  j: number;
  k: number;
  wider: number;
}

/** The rows that a ball of `mm` around a voxel's centre meets, on a grid of `spacing` mm. */
export function rowsWithin(spacing: Readonly<Triple>, mm: number): RowWithin[] {
  const most = mm * mm * TIE;
  const reach = (step: number) => Math.floor(Math.sqrt(most) / step);
  const rows: RowWithin[] = [];
  for (let k = 0 - reach(spacing[2]); k <= reach(spacing[2]); k++)
    for (let j = 0 - reach(spacing[1]); j <= reach(spacing[1]); j++) {
      const left = most - (j * spacing[1]) ** 2 - (k * spacing[2]) ** 2;
      if (left >= 0) rows.push({ j, k, wider: Math.floor(Math.sqrt(left) / spacing[0]) });
    }
  return rows;
}

/** 1 where a voxel lies within one of `rows` of a voxel that is `target` in `mask`. */
export function widened(
  [nx, ny, nz]: Readonly<Triple>,
  mask: Uint8Array,
  target: 0 | 1,
  rows: readonly RowWithin[],
  report: Report = () => undefined,
): Uint8Array<ArrayBuffer> {
  const { firstOfRow, starts, ends } = runsOf(mask, target, nx);
  const near = new Uint8Array(mask.length);
  // How many widened runs begin and end at each voxel of the row at work, one place further at its end.
  const edges = new Int32Array(nx + 1);
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      let [from, to] = [nx, 0];
      for (const row of rows) {
        const [otherJ, otherK] = [j + row.j, k + row.k];
        if (otherJ < 0 || otherJ >= ny || otherK < 0 || otherK >= nz) continue;
        const other = otherJ + ny * otherK;
        const offset = other * nx;
        for (let run = firstOfRow[other]; run < firstOfRow[other + 1]; run++) {
          const start = Math.max(0, starts[run] - offset - row.wider);
          const end = Math.min(nx, ends[run] - offset + row.wider);
          edges[start]++;
          edges[end]--;
          if (start < from) from = start;
          if (end > to) to = end;
        }
      }
      if (to > from) mark(near, nx * (j + ny * k), edges, from, to);
    }
    if (k % 8 === 0) report(k / nz);
  }
  return near;
}

/** Marks what at least one run covers between `from` and `to`, and clears the edges again. */
function mark(near: Uint8Array, row: number, edges: Int32Array, from: number, to: number): void {
  for (let i = from, open = 0, since = from; i <= to; i++) {
    const before = open;
    open += edges[i];
    edges[i] = 0;
    if (before === 0 && open > 0) since = i;
    else if (before > 0 && open === 0) near.fill(1, row + since, row + i);
  }
}
