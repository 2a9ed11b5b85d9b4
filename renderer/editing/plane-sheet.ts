// The voxels that a plane at any angle passes through, as rows along i: small enough to work on, and each knows its neighbours.
import type { Triple } from '../../electron/contract/geometry.ts';
import { endless, visitRows, type DrawingPlane } from './drawing-plane.ts';
import type { Box } from './label-volume.ts';

export interface PlaneSheet {
  shape: Readonly<Triple>;
  /** Of each voxel: its index in the volume, ascending … */
  index: Int32Array<ArrayBuffer>;
  /** … and which row (j + ny·k) it lies in. */
  row: Int32Array<ArrayBuffer>;
  /** Of each row: where its voxels begin in `index` (one entry more than rows) and the i of the first. */
  offset: Int32Array<ArrayBuffer>;
  first: Int32Array<ArrayBuffer>;
}

/** Every voxel that the plane through `at` (continuous voxel) passes through. */
export function sheetOf(
  grid: { shape: Readonly<Triple>; spacing: Readonly<Triple> },
  plane: DrawingPlane,
  at: Readonly<Triple>,
): PlaneSheet {
  const [nx, ny, nz] = grid.shape;
  const first = new Int32Array(ny * nz);
  const counts = new Int32Array(ny * nz);
  visitRows(grid, plane, at, endless(grid).bounds, (row) => {
    const n = row.start / nx;
    first[n] = row.first;
    counts[n] = row.last - row.first + 1;
  });
  const offset = new Int32Array(ny * nz + 1);
  for (let n = 0; n < counts.length; n++) offset[n + 1] = offset[n] + counts[n];
  const index = new Int32Array(offset[counts.length]);
  const row = new Int32Array(index.length);
  for (let n = 0; n < counts.length; n++) {
    for (let p = offset[n], i = first[n]; p < offset[n + 1]; p++, i++) {
      index[p] = i + nx * n;
      row[p] = n;
    }
  }
  return { shape: grid.shape, index, row, offset, first };
}

/** Where a voxel stands in the sheet's lists; −1 where the plane does not pass through it, or outside the volume. */
export function placeIn({ shape, offset, first }: PlaneSheet, i: number, j: number, k: number): number {
  if (i < 0 || j < 0 || k < 0 || i >= shape[0] || j >= shape[1] || k >= shape[2]) return -1;
  const row = j + shape[1] * k;
  const p = offset[row] + i - first[row];
  return i >= first[row] && p < offset[row + 1] ? p : -1;
}

/** Writes the neighbours by a face that the plane passes through too into `out` (six at most); answers how many. */
export function neighboursIn({ shape, row, offset, first }: PlaneSheet, p: number, out: Int32Array): number {
  const ny = shape[1];
  const own = row[p];
  const i = first[own] + p - offset[own];
  const j = own % ny;
  let count = 0;
  if (p > offset[own]) out[count++] = p - 1;
  if (p + 1 < offset[own + 1]) out[count++] = p + 1;
  for (let side = 0; side < 4; side++) {
    if ((side === 0 && j === 0) || (side === 1 && j === ny - 1)) continue;
    const other = own + (side === 0 ? -1 : side === 1 ? 1 : side === 2 ? -ny : ny);
    if (other < 0 || other >= first.length) continue;
    const q = offset[other] + i - first[other];
    if (i >= first[other] && q < offset[other + 1]) out[count++] = q;
  }
  return count;
}

/** Whether a voxel of the sheet lies at the border of the volume. */
export function atBorder({ shape, row, offset, first }: PlaneSheet, p: number): boolean {
  const [nx, ny, nz] = shape;
  const own = row[p];
  const i = first[own] + p - offset[own];
  const j = own % ny;
  return (
    (nx > 1 && (i === 0 || i === nx - 1)) ||
    (ny > 1 && (j === 0 || j === ny - 1)) ||
    (nz > 1 && (own < ny || own >= ny * (nz - 1)))
  );
}

/** The box around the voxels that are `taken`; null where none is. */
export function boxOfPlaces(
  { shape, row, offset, first }: PlaneSheet,
  taken: (p: number) => boolean,
): Box | null {
  let [low, high] = [Infinity, -Infinity];
  let [rows, lowJ, highJ] = [-1, Infinity, -Infinity];
  let firstRow = -1;
  for (let p = 0; p < row.length; p++) {
    if (!taken(p)) continue;
    const own = row[p];
    const i = first[own] + p - offset[own];
    if (i < low) low = i;
    if (i > high) high = i;
    if (own === rows) continue;
    if (firstRow < 0) firstRow = own;
    rows = own;
    const j = own % shape[1];
    if (j < lowJ) lowJ = j;
    if (j > highJ) highJ = j;
  }
  if (firstRow < 0) return null;
  const slice = (n: number) => Math.floor(n / shape[1]);
  return { low: [low, lowJ, slice(firstRow)], high: [high, highJ, slice(rows)] };
}
