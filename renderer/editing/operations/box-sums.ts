// How many voxels of some labels lie in a box around each voxel of a slice, kept up to date from slice to slice.
import type { Triple } from '../../../electron/contract/geometry.ts';

/** Places of a row that may have sums: the first, and one past the last; empty where `to` is 0. */
interface Span {
  from: number;
  to: number;
}

/**
 * Running sums along rows, then columns, then slices, in one pass over each slice that enters. Rows and columns that
 * have nothing within reach, now or before, are passed over: an organ fills but a part of its own box.
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
  /** Sums in the plane of the slices within reach, by slice modulo the ring's length; which rows have any, and where. */
  private readonly ring: Uint16Array[];
  private readonly ringRows: Uint8Array[];
  private readonly spans: Span[];
  /** Sums along the rows of the slice that enters, one row of zeros after the last; and down the columns so far. */
  private readonly along: Uint16Array;
  private readonly filled: Uint8Array;
  private readonly columns: Uint16Array;

  constructor(nx: number, ny: number, reach: Readonly<Triple>, has: Uint8Array) {
    [this.nx, this.ny, this.reach, this.has] = [nx, ny, [...reach], has];
    const slices = Array.from({ length: 2 * reach[2] + 1 });
    this.ring = slices.map(() => new Uint16Array(nx * ny));
    this.ringRows = slices.map(() => new Uint8Array(ny));
    this.spans = slices.map(() => ({ from: nx, to: 0 }));
    this.sums = new Uint32Array(nx * ny);
    this.rows = new Uint16Array(ny);
    this.along = new Uint16Array(nx * (ny + 1));
    this.filled = new Uint8Array(ny);
    this.columns = new Uint16Array(nx);
  }

  /** Where rows of the slice at work may have sums. */
  get span(): Span {
    return this.spans.reduce(both);
  }

  /** Takes slice `k` in (null beyond the last one) and lets go of the one that is out of reach now. */
  enter(k: number, slice: Uint8Array | null): void {
    const { nx, ny, along, columns, filled, sums, rows } = this;
    const reach = this.reach[1];
    const at = k % this.ring.length;
    const [ring, ringRows] = [this.ring[at], this.ringRows[at]];
    const now = this.spanOf(slice);
    const { from, to } = both(now, this.spans[at]);
    if (slice) this.sumRows(slice, from, to);
    this.spans[at] = now;
    columns.fill(0);
    let within = 0;
    for (let j = 0; j < Math.min(reach, ny); j++) {
      if (filled[j] === 0) continue;
      within++;
      for (let i = from, n = j * nx + from; i < to; i++, n++) columns[i] += along[n];
    }
    const zeros = ny * nx;
    for (let j = 0; j < ny; j++) {
      const [enters, leaves] = [j + reach, j - reach - 1];
      const plus = enters < ny && filled[enters] === 1 ? enters * nx : zeros;
      const minus = leaves >= 0 && filled[leaves] === 1 ? leaves * nx : zeros;
      if (plus !== zeros) within++;
      if (minus !== zeros) within--;
      const any = within > 0 ? 1 : 0;
      if (any === 0 && ringRows[j] === 0 && minus === zeros) continue;
      const row = j * nx;
      for (let i = from; i < to; i++) {
        const sum = columns[i] + along[plus + i] - along[minus + i];
        columns[i] = sum;
        // What this slice brings, less what the one before it in the ring had brought.
        sums[row + i] += sum - ring[row + i];
        ring[row + i] = sum;
      }
      rows[j] += any - ringRows[j];
      ringRows[j] = any;
    }
  }

  /** Which rows of a slice have any of it, and where they may have sums other than 0. */
  private spanOf(slice: Uint8Array | null): Span {
    const { nx, ny, has, filled } = this;
    const reach = this.reach[0];
    let [low, high] = [nx, -1];
    filled.fill(0);
    for (let j = 0; slice && j < ny; j++) {
      const row = j * nx;
      let first = 0;
      while (first < nx && has[slice[row + first]] === 0) first++;
      if (first === nx) continue;
      let last = nx - 1;
      while (has[slice[row + last]] === 0) last--;
      filled[j] = 1;
      if (first < low) low = first;
      if (last > high) high = last;
    }
    if (high < 0) return { from: nx, to: 0 };
    return { from: Math.max(0, low - reach), to: Math.min(nx, high + 1 + reach) };
  }

  /** Sums along the rows that have any; left of `from` and right of `to` there is nothing. */
  private sumRows(slice: Uint8Array, from: number, to: number): void {
    const { nx, ny, has, along, filled } = this;
    const reach = this.reach[0];
    for (let j = 0; j < ny; j++) {
      if (filled[j] === 0) continue;
      const row = j * nx;
      let sum = 0;
      for (let i = from; i < Math.min(from + reach, nx); i++) sum += has[slice[row + i]];
      for (let i = from; i < to; i++) {
        if (i + reach < nx) sum += has[slice[row + i + reach]];
        along[row + i] = sum;
        if (i - reach >= from) sum -= has[slice[row + i - reach]];
      }
    }
  }
}

const both = (a: Span, b: Span): Span => ({ from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) });
