// Connected parts of a mask, found by runs along i: a run is joined with those it touches in the rows before it.
import type { Triple } from '../../../electron/contract/geometry.ts';
import { runsOf } from './runs.ts';

/** Faces alone (6 in space, 4 in a slice), or corners and edges too (26 and 8). */
export type Connectivity = 'faces' | 'corners';

export interface Components {
  /** Runs in ascending order: first voxel, one past the last, and the part they belong to. */
  starts: Int32Array;
  ends: Int32Array;
  parts: Int32Array;
  /** Voxels of each part; parts are numbered in the order of their first voxels. */
  sizes: number[];
}

/** Parts of the voxels that are 1 in `mask` (0 where `inverted`). */
export function components(
  mask: Uint8Array,
  shape: Readonly<Triple>,
  connectivity: Connectivity,
  inverted = false,
): Components {
  const [nx, ny, nz] = shape;
  const wanted = inverted ? 0 : 1;
  const { starts, ends, firstOfRow } = runsOf(mask, wanted, nx);
  const parents = Int32Array.from(starts, (_, n) => n);
  const join = (rowA: number, rowB: number) =>
    joinRows(firstOfRow, starts, ends, parents, rowA, rowB, nx, connectivity === 'corners' ? 1 : 0);
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const row = j + ny * k;
      if (j > 0) join(row, row - 1);
      if (k === 0) continue;
      join(row, row - ny);
      if (connectivity === 'faces') continue;
      if (j > 0) join(row, row - ny - 1);
      if (j < ny - 1) join(row, row - ny + 1);
    }
  }
  return numbered(starts, ends, parents);
}

function joinRows(
  firstOfRow: Int32Array,
  starts: Int32Array,
  ends: Int32Array,
  parents: Int32Array,
  rowA: number,
  rowB: number,
  nx: number,
  slack: number,
): void {
  let a = firstOfRow[rowA];
  let b = firstOfRow[rowB];
  const [endA, endB] = [firstOfRow[rowA + 1], firstOfRow[rowB + 1]];
  const [offsetA, offsetB] = [rowA * nx, rowB * nx];
  while (a < endA && b < endB) {
    const [a0, a1] = [starts[a] - offsetA, ends[a] - offsetA];
    const [b0, b1] = [starts[b] - offsetB, ends[b] - offsetB];
    if (a0 < b1 + slack && b0 < a1 + slack) unite(parents, a, b);
    if (a1 < b1) a++;
    else b++;
  }
}

function root(parents: Int32Array, n: number): number {
  while (parents[n] !== n) n = parents[n] = parents[parents[n]];
  return n;
}
function unite(parents: Int32Array, a: number, b: number): void {
  const [ra, rb] = [root(parents, a), root(parents, b)];
  // The earlier run leads, so that parts are numbered by their first voxel.
  if (ra < rb) parents[rb] = ra;
  else parents[ra] = rb;
}

function numbered(starts: Int32Array, ends: Int32Array, parents: Int32Array): Components {
  const parts = new Int32Array(starts.length);
  const sizes: number[] = [];
  for (let n = 0; n < starts.length; n++) {
    const leader = root(parents, n);
    if (leader === n) {
      parts[n] = sizes.length;
      sizes.push(0);
    } else parts[n] = parts[leader];
    sizes[parts[n]] += ends[n] - starts[n];
  }
  return { starts, ends, parts, sizes };
}

/** The part that holds a voxel, or −1. */
export function partAt({ starts, ends, parts }: Components, voxel: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (voxel < starts[middle]) high = middle - 1;
    else if (voxel >= ends[middle]) low = middle + 1;
    else return parts[middle];
  }
  return -1;
}

/** Visits the runs of the parts for which `wanted` says so. */
export function forEachRun(
  { starts, ends, parts }: Components,
  wanted: (part: number) => boolean,
  visit: (start: number, end: number) => void,
): void {
  for (let n = 0; n < starts.length; n++) if (wanted(parts[n])) visit(starts[n], ends[n]);
}
