// Smooth: each voxel becomes what most voxels around it are. Several structures at once, so that no gap opens between.
import type { Triple } from '../../../electron/contract/geometry.ts';
import type { Block, Report } from './block.ts';

export interface Smooth {
  kind: 'smooth';
  /** The structures that change; all others stand as one wall. */
  labels: number[];
  /** Half the width of the neighbourhood, mm. */
  radiusMm: number;
  /** Only within slices across this axis, or null in space. */
  axis: 0 | 1 | 2 | null;
}

/** Voxels each way that a radius reaches along every axis. */
export function reachOf(
  spacing: Readonly<Triple>,
  { radiusMm, axis }: Pick<Smooth, 'radiusMm' | 'axis'>,
): Triple {
  return spacing.map((mm, a) => (a === axis ? 0 : Math.round(radiusMm / mm))) as Triple;
}

/** Counts of one class of labels in the columns around the slice at work. */
interface Class {
  /** What a voxel of it becomes; −1 for the wall. */
  label: number;
  /** 1 for the labels that belong to it. */
  has: Uint8Array;
  /** Sums in the plane, for the slices within reach, by slice modulo the ring's length; null where it is absent. */
  ring: (Uint16Array | null)[];
  /** Their sum over the slices within reach. */
  sums: Uint32Array;
  /** How many slices within reach have any of it. */
  slices: number;
  /** Room that slices left behind. */
  free: Uint16Array[];
}

/**
 * The median of one structure, or the most frequent label of several, in a box of 2·reach+1 voxels an axis. A voxel
 * changes only to a structure that takes part (or to nothing), and only where that has more voxels than its own label
 * and than all structures together that do not take part; of two with as many the smaller label wins. At the end of the
 * scan the box is cut off. The block has to hold the reach around the structures.
 *
 * Slice by slice with running sums, so that all that is counted stays in the processor's cache.
 */
export function smooth(block: Block, operation: Smooth, report: Report): Uint8Array<ArrayBuffer> {
  const { labels, shape } = block;
  const [nx, ny, nz] = shape;
  const reach = reachOf(block.spacing, operation);
  const classes = classesOf(labels, operation.labels, nx * ny, 2 * reach[2] + 1);
  const next = new Uint8Array(labels);
  const plane = new PlaneSums(nx, ny, reach[0], reach[1]);
  const enter = (k: number) => {
    const slice = labels.subarray(k * nx * ny, (k + 1) * nx * ny);
    for (const one of classes) addSlice(one, k, plane.of(slice, one.has, one.free));
  };
  for (let k = 0; k < Math.min(reach[2], nz); k++) enter(k);
  for (let k = 0; k < nz; k++) {
    if (k + reach[2] < nz) enter(k + reach[2]);
    const thick = Math.min(nz - 1, k + reach[2]) - Math.max(0, k - reach[2]) + 1;
    decide(next, k * nx * ny, classes, plane, thick);
    if (k >= reach[2]) for (const one of classes) dropSlice(one, k - reach[2]);
    if (k % 8 === 0) report(k / nz);
  }
  return next;
}

function classesOf(labels: Uint8Array, taking: number[], size: number, ring: number): Class[] {
  const present = new Uint8Array(256);
  for (let n = 0; n < labels.length; n++) present[labels[n]] = 1;
  const wall = new Uint8Array(256);
  for (let label = 1; label < 256; label++)
    if (present[label] === 1 && !taking.includes(label)) wall[label] = 1;
  const made = (label: number, has: Uint8Array): Class => ({
    label,
    has,
    ring: Array<Uint16Array | null>(ring).fill(null),
    sums: new Uint32Array(size),
    slices: 0,
    free: [],
  });
  const classes = [...taking]
    .sort((a, b) => a - b)
    .filter((label) => present[label] === 1)
    .map((label) => {
      const has = new Uint8Array(256);
      has[label] = 1;
      return made(label, has);
    });
  return wall.includes(1) ? [...classes, made(-1, wall)] : classes;
}

function addSlice(one: Class, k: number, counts: Uint16Array | null): void {
  one.ring[k % one.ring.length] = counts;
  if (!counts) return;
  const { sums } = one;
  for (let n = 0; n < sums.length; n++) sums[n] += counts[n];
  one.slices++;
}
function dropSlice(one: Class, k: number): void {
  const counts = one.ring[k % one.ring.length];
  one.ring[k % one.ring.length] = null;
  if (!counts) return;
  const { sums } = one;
  for (let n = 0; n < sums.length; n++) sums[n] -= counts[n];
  one.slices--;
  one.free.push(counts);
}

/** Decides a slice from the sums around it; `thick` slices are within reach. */
function decide(next: Uint8Array, start: number, classes: Class[], plane: PlaneSums, thick: number): void {
  const here = classes.filter(({ slices }) => slices > 0);
  if (here.length === 0) return;
  const taking = here.filter(({ label }) => label >= 0);
  if (taking.length === 0) return;
  const wall = here.find(({ label }) => label < 0)?.sums ?? null;
  const { nx, ny, widthX, widthY } = plane;
  for (let j = 0, n = 0; j < ny; j++) {
    const across = widthY[j] * thick;
    for (let i = 0; i < nx; i++, n++) {
      const total = widthX[i] * across;
      if (taking.length === 1) {
        const count = taking[0].sums[n];
        if (count !== 0) decideOne(next, start + n, taking[0].label, count, wall ? wall[n] : 0, total);
      } else decideMany(next, start + n, taking, n, wall ? wall[n] : 0, total);
    }
  }
}

/** One structure, the wall, and nothing: `next` still has the voxel's own label. */
function decideOne(
  next: Uint8Array,
  at: number,
  label: number,
  count: number,
  wall: number,
  total: number,
): void {
  const rest = total - count - wall;
  const own = next[at];
  if (own === label) {
    if (rest > count && rest > wall) next[at] = 0;
  } else if (own === 0 && count > rest && count > wall) next[at] = label;
}

function decideMany(
  next: Uint8Array,
  at: number,
  taking: Class[],
  n: number,
  wall: number,
  total: number,
): void {
  const own = next[at];
  let rest = total - wall;
  let [most, winner, ownCount] = [0, 0, -1];
  for (const { sums, label } of taking) {
    const count = sums[n];
    rest -= count;
    if (label === own) ownCount = count;
    else if (count > most) [most, winner] = [count, label];
  }
  if (own === 0) ownCount = rest;
  else if (ownCount < 0) return;
  else if (rest >= most) [most, winner] = [rest, 0];
  if (most > ownCount && most > wall) next[at] = winner;
}

/** Sums over a box in the plane: running sums along rows, then along columns. */
class PlaneSums {
  readonly nx: number;
  readonly ny: number;
  /** How many voxels of a row, and of a column, lie within reach of each place. */
  readonly widthX: Uint16Array;
  readonly widthY: Uint16Array;
  private readonly reachX: number;
  private readonly reachY: number;
  private readonly rows: Uint16Array;
  private readonly columns: Uint32Array;
  /** 1 for the rows that have any. */
  private readonly filled: Uint8Array;

  constructor(nx: number, ny: number, reachX: number, reachY: number) {
    this.nx = nx;
    this.ny = ny;
    this.reachX = reachX;
    this.reachY = reachY;
    this.rows = new Uint16Array(nx * ny);
    this.columns = new Uint32Array(nx);
    this.filled = new Uint8Array(ny);
    const widths = (n: number, reach: number) =>
      Uint16Array.from({ length: n }, (_, x) => Math.min(n - 1, x + reach) - Math.max(0, x - reach) + 1);
    this.widthX = widths(nx, reachX);
    this.widthY = widths(ny, reachY);
  }

  /** The sums of the voxels whose label is in `has`, in room from `free` if there is some; null when there are none. */
  of(slice: Uint8Array, has: Uint8Array, free: Uint16Array[]): Uint16Array | null {
    const { nx, ny, reachX, reachY, rows, columns, filled } = this;
    let any = 0;
    for (let j = 0; j < ny; j++) {
      const row = j * nx;
      let sum = 0;
      let inRow = 0;
      for (let i = 0; i < Math.min(reachX, nx); i++) sum += has[slice[row + i]];
      for (let i = 0; i < nx; i++) {
        if (i + reachX < nx) sum += has[slice[row + i + reachX]];
        rows[row + i] = sum;
        inRow |= sum;
        if (i >= reachX) sum -= has[slice[row + i - reachX]];
      }
      filled[j] = inRow === 0 ? 0 : 1;
      any |= inRow;
    }
    if (any === 0) return null;
    const out = free.pop() ?? new Uint16Array(nx * ny);
    columns.fill(0);
    for (let j = 0; j < Math.min(reachY, ny); j++) {
      for (let i = 0; i < nx; i++) columns[i] += rows[j * nx + i];
    }
    for (let j = 0; j < ny; j++) {
      const row = j * nx;
      if (j + reachY < ny && filled[j + reachY] === 1) {
        for (let i = 0, at = row + reachY * nx; i < nx; i++, at++) columns[i] += rows[at];
      }
      for (let i = 0; i < nx; i++) out[row + i] = columns[i];
      if (j >= reachY && filled[j - reachY] === 1) {
        for (let i = 0, at = row - reachY * nx; i < nx; i++, at++) columns[i] -= rows[at];
      }
    }
    return out;
  }
}
