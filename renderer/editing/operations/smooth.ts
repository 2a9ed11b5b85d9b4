// Smooth: each voxel becomes what most voxels around it are. Several structures at once, so that no gap opens between.
import type { Triple } from '../../../electron/contract/geometry.ts';
import type { Block, Report } from './block.ts';
import { BoxSums } from './box-sums.ts';

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
  const classes = classesOf(labels, operation.labels).map(({ label, has }) => ({
    label,
    sums: new BoxSums(nx, ny, reach, has),
  }));
  const next = new Uint8Array(labels);
  const widths: Widths = [widthsOf(nx, reach[0]), widthsOf(ny, reach[1])];
  const slice = (k: number) => (k < nz ? labels.subarray(k * nx * ny, (k + 1) * nx * ny) : null);
  for (let k = 0; k < reach[2]; k++) for (const { sums } of classes) sums.enter(k, slice(k));
  for (let k = 0; k < nz; k++) {
    for (const { sums } of classes) sums.enter(k + reach[2], slice(k + reach[2]));
    const thick = Math.min(nz - 1, k + reach[2]) - Math.max(0, k - reach[2]) + 1;
    decide(next, k * nx * ny, classes, widths, thick);
    if (k % 8 === 0) report(k / nz);
  }
  return next;
}

/** One class of labels: what a voxel of it becomes (−1 for the wall), and the box sums around the slice at work. */
interface Class {
  label: number;
  sums: BoxSums;
}

/** How many voxels of a row, and of a column, lie within reach of each place. */
type Widths = [x: Uint16Array, y: Uint16Array];

const widthsOf = (n: number, reach: number) =>
  Uint16Array.from({ length: n }, (_, x) => Math.min(n - 1, x + reach) - Math.max(0, x - reach) + 1);

/** The structures that take part and are there, in ascending order, then all others as the wall; 1 for each one's labels. */
function classesOf(labels: Uint8Array, taking: number[]): { label: number; has: Uint8Array }[] {
  const present = new Uint8Array(256);
  for (let n = 0; n < labels.length; n++) present[labels[n]] = 1;
  const classes = [...taking]
    .sort((a, b) => a - b)
    .filter((label) => present[label] === 1)
    .map((label) => {
      const has = new Uint8Array(256);
      has[label] = 1;
      return { label, has };
    });
  const wall = new Uint8Array(256);
  for (let label = 1; label < 256; label++)
    if (present[label] === 1 && !taking.includes(label)) wall[label] = 1;
  return wall.includes(1) ? [...classes, { label: -1, has: wall }] : classes;
}

/** Decides a slice from the sums around it; `thick` slices are within reach. */
function decide(next: Uint8Array, start: number, classes: Class[], widths: Widths, thick: number): void {
  const taking = classes.filter(({ label }) => label >= 0);
  const wall = classes.find(({ label }) => label < 0)?.sums ?? null;
  const [widthX, widthY] = widths;
  const [nx, ny] = [widthX.length, widthY.length];
  // Where no structure that takes part is within reach, everything stays as it is.
  const from = Math.min(...taking.map(({ sums }) => sums.span.from));
  const to = Math.max(...taking.map(({ sums }) => sums.span.to));
  for (let j = 0; j < ny; j++) {
    if (!taking.some(({ sums }) => sums.rows[j] > 0)) continue;
    const across = widthY[j] * thick;
    for (let i = from, n = j * nx + from; i < to; i++, n++) {
      const total = widthX[i] * across;
      const walled = wall ? wall.sums[n] : 0;
      if (taking.length === 1) {
        const count = taking[0].sums.sums[n];
        if (count !== 0 && count !== total) decideOne(next, start + n, taking[0].label, count, walled, total);
      } else decideMany(next, start + n, taking, n, walled, total);
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
    const count = sums.sums[n];
    rest -= count;
    if (label === own) ownCount = count;
    else if (count > most) [most, winner] = [count, label];
  }
  if (own === 0) ownCount = rest;
  else if (ownCount < 0) return;
  else if (rest >= most) [most, winner] = [rest, 0];
  if (most > ownCount && most > wall) next[at] = winner;
}
