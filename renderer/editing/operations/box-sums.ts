// How many voxels of some labels lie in a box around each voxel of a slice, kept up to date from slice to slice.
import type { Triple } from '../../../electron/contract/geometry.ts';

/**
 * Running sums along rows, then columns, then slices, in one pass over each slice that enters. Rows that have nothing
 * within reach, now or before, are passed over: an organ fills but a part of its own box.
 */
export class BoxSums {
  /** Voxels in the box of 2·reach+1 an axis around each voxel of the slice at work; beyond the block there are none. */
  readonly sums: Uint32Array;
  /** How many slices within reach have any of it within reach of a row: 0 where all sums of the row are 0. */
  readonly rows: Uint16Array;
  private readonly nx: number;
  private readonly ny: number;
  private readonly reach: Triple;
  private readonly has: Uint8Array;
  /** Sums in the plane of the slices within reach, by slice modulo the ring's length, and which rows of them have any. */
  private readonly ring: Uint16Array[];
  private readonly ringRows: Uint8Array[];
  /** Sums along the rows of the slice that enters, which rows have any, and their sums down the columns. */
  private readonly along: Uint16Array;
  private readonly filled: Uint8Array;
  private readonly columns: Uint16Array;

  constructor(nx: number, ny: number, reach: Readonly<Triple>, has: Uint8Array) {
    [this.nx, this.ny, this.reach, this.has] = [nx, ny, [...reach], has];
    const slices = Array.from({ length: 2 * reach[2] + 1 });
    this.ring = slices.map(() => new Uint16Array(nx * ny));
    this.ringRows = slices.map(() => new Uint8Array(ny));
    this.sums = new Uint32Array(nx * ny);
    this.rows = new Uint16Array(ny);
    this.along = new Uint16Array(nx * ny);
    this.filled = new Uint8Array(ny);
    this.columns = new Uint16Array(nx);
  }

  /** Takes slice `k` in (null beyond the last one) and lets go of the one that is out of reach now. */
  enter(k: number, slice: Uint8Array | null): void {
    const { ny, nx, columns, filled } = this;
    const reach = this.reach[1];
    if (slice) this.sumRows(slice);
    else filled.fill(0);
    const at = k % this.ring.length;
    columns.fill(0);
    let within = 0;
    for (let j = 0; j < Math.min(reach, ny); j++) {
      within += filled[j];
      this.addRow(j, 1);
    }
    for (let j = 0; j < ny; j++) {
      if (j + reach < ny) {
        within += filled[j + reach];
        this.addRow(j + reach, 1);
      }
      if (j > reach) {
        within -= filled[j - reach - 1];
        this.addRow(j - reach - 1, -1);
      }
      this.exchange(at, j * nx, j, within > 0 ? 1 : 0);
    }
  }

  private addRow(j: number, sign: 1 | -1): void {
    if (this.filled[j] === 0) return;
    const { nx, along, columns } = this;
    for (let i = 0, n = j * nx; i < nx; i++, n++) columns[i] += sign * along[n];
  }

  /** Puts the columns' sums where the row of the slice out of reach was. */
  private exchange(at: number, row: number, j: number, any: 0 | 1): void {
    const had = this.ringRows[at][j];
    if (any === 0 && had === 0) return;
    const { nx, columns, sums } = this;
    const ring = this.ring[at];
    for (let i = 0, n = row; i < nx; i++, n++) {
      sums[n] += columns[i] - ring[n];
      ring[n] = columns[i];
    }
    this.ringRows[at][j] = any;
    this.rows[j] += any - had;
  }

  private sumRows(slice: Uint8Array): void {
    const { nx, ny, has, along, filled } = this;
    const reach = this.reach[0];
    for (let j = 0; j < ny; j++) {
      const row = j * nx;
      let inRow = 0;
      for (let n = row; n < row + nx; n++) inRow |= has[slice[n]];
      filled[j] = inRow;
      if (inRow === 0) continue;
      let sum = 0;
      for (let i = 0; i < Math.min(reach, nx); i++) sum += has[slice[row + i]];
      for (let i = 0; i < nx; i++) {
        if (i + reach < nx) sum += has[slice[row + i + reach]];
        if (i > reach) sum -= has[slice[row + i - reach - 1]];
        along[row + i] = sum;
      }
    }
  }
}
